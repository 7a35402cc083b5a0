#ifndef HAWKMOUNT_CODEGEN_PROMISE_H_
#define HAWKMOUNT_CODEGEN_PROMISE_H_

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "hawkmount/codegen/call.h"
#include "hawkmount/codegen/executor.h"
#include "hawkmount/context.h"

namespace hawkmount::codegen {

// The frame of a coroutine that has a Context for its first argument lies in
// the call itself, if there is room; other frames come from the thread's list.
// The word before a frame says where it came from.
struct FrameOrigin {
  static constexpr size_t kHeader = alignof(std::max_align_t);

  static void* Allocate(size_t size, Call* call) {
    void* memory = call == nullptr ? nullptr : call->TakeFrame(size + kHeader);
    if (memory == nullptr) {
      memory = AllocateFrame(size + kHeader);
      call = nullptr;
    }
    *static_cast<Call**>(memory) = call;
    return static_cast<char*>(memory) + kHeader;
  }

  static void Free(void* frame, size_t size) {
    void* memory = static_cast<char*>(frame) - kHeader;
    Call* call = *static_cast<Call**>(memory);
    if (call != nullptr) {
      call->ReturnFrame(memory, size + kHeader);
    } else {
      FreeFrame(memory, size + kHeader);
    }
  }
};

// What the promises of all tasks have in common.
class PromiseBase {
 public:
  Environment environment;
  // Who goes on when the task is over: a coroutine, or else a function.
  std::coroutine_handle<> continuation;
  void (*on_done)(void* owner) = nullptr;
  void* owner = nullptr;
  std::exception_ptr exception;

  // Inline always: otherwise g++ takes them for a pair that does not match
  // (-Wmismatched-new-delete), wherever there is a coroutine.
  template <class Self, std::derived_from<Context> C, class... Rest>
  [[gnu::always_inline]] static void* operator new(
      size_t size, const Self&, C& context, const Rest&...) {
    return FrameOrigin::Allocate(size, &context.call());
  }
  template <class... Any>
  [[gnu::always_inline]] static void* operator new(size_t size, const Any&...) {
    return FrameOrigin::Allocate(size, nullptr);
  }
  [[gnu::always_inline]] static void operator delete(void* frame, size_t size) {
    FrameOrigin::Free(frame, size);
  }

  std::suspend_always initial_suspend() noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(
        std::coroutine_handle<Promise> self) noexcept {
      PromiseBase& promise = self.promise();
      if (promise.continuation) return promise.continuation;
      // May destroy this coroutine: nothing of it is touched afterwards.
      promise.on_done(promise.owner);
      return std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }

  void unhandled_exception() noexcept { exception = std::current_exception(); }
};

template <class T>
class Promise : public PromiseBase {
 public:
  template <class U>
  requires std::convertible_to<U&&, T>
  void return_value(U&& result) { result_.emplace(std::forward<U>(result)); }
  T TakeResult() {
    if (exception) std::rethrow_exception(std::move(exception));
    return std::move(*result_);
  }
  // Null when nothing was. A destructor may have thrown after it.
  const T* returned() const {
    return result_.has_value() ? &*result_ : nullptr;
  }

 private:
  std::optional<T> result_;
};

template <>
class Promise<void> : public PromiseBase {
 public:
  void return_void() {}
  void TakeResult() {
    if (exception) std::rethrow_exception(std::move(exception));
  }
};

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_PROMISE_H_
