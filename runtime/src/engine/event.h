#ifndef HAWKMOUNT_ENGINE_EVENT_H_
#define HAWKMOUNT_ENGINE_EVENT_H_

#include "engine/grpc_internals.h"
#include "engine/handover.h"

namespace hawkmount::engine {

// The tag of one operation in a completion queue, and who hears its end.
class Event final : public grpc::internal::CompletionQueueTag {
 public:
  using Handler = void (*)(void* owner, bool ok);

  Event(void* owner, Handler handler) : owner_(owner), handler_(handler) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  bool FinalizeResult(void** tag, bool*) override {
    *tag = this;
    return true;
  }

  // For core, before the operation is submitted.
  void* Submit() {
    HandOver(this);
    return static_cast<grpc::internal::CompletionQueueTag*>(this);
  }

  // On the thread that took it from the queue. The owner may be gone after it.
  void Happened(bool ok) {
    TakeOver(this);
    handler_(owner_, ok);
  }

 private:
  void* owner_;
  Handler handler_;
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_EVENT_H_
