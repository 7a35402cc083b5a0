#ifndef HAWKMOUNT_CODEGEN_CANCEL_SCOPE_H_
#define HAWKMOUNT_CODEGEN_CANCEL_SCOPE_H_

namespace hawkmount::codegen {

// Who must be told when a call, or a part of it, is given up. Everything here
// happens on the call's own event thread.
class CancelScope {
 public:
  // Something that sleeps in a scope. It unlinks itself on destruction.
  class Waiter {
   public:
    Waiter() = default;
    // Only a waiter that is in no scope may be moved.
    Waiter(Waiter&&) noexcept {}
    Waiter& operator=(Waiter&&) = delete;
    virtual ~Waiter() { Unlink(); }

    void Unlink() {
      if (previous_ == nullptr) return;
      *previous_ = next_;
      if (next_ != nullptr) next_->previous_ = previous_;
      previous_ = nullptr;
      next_ = nullptr;
    }

   protected:
    // Called once at the most, after the waiter has left the scope. It may
    // destroy the waiter.
    virtual void OnCancel() = 0;

   private:
    friend class CancelScope;
    Waiter** previous_ = nullptr;
    Waiter* next_ = nullptr;
  };

  CancelScope() = default;
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;

  bool cancelled() const { return cancelled_; }

  // Must not be called on a scope that is cancelled.
  void Add(Waiter& waiter) {
    waiter.next_ = first_;
    waiter.previous_ = &first_;
    if (first_ != nullptr) first_->previous_ = &waiter.next_;
    first_ = &waiter;
  }

  // Makes it as new, for another call. Nobody may wait in it.
  void Reset() { cancelled_ = false; }

  void Cancel() {
    cancelled_ = true;
    while (first_ != nullptr) {
      Waiter& waiter = *first_;
      waiter.Unlink();
      waiter.OnCancel();
    }
  }

 private:
  Waiter* first_ = nullptr;
  bool cancelled_ = false;
};

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_CANCEL_SCOPE_H_
