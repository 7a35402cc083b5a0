#ifndef HAWKMOUNT_TASK_H_
#define HAWKMOUNT_TASK_H_

#include <coroutine>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "hawkmount/codegen/promise.h"

namespace hawkmount {

// A coroutine that comes to a T, begun when it is awaited (or, for a handler's
// method, when the call arrives). It runs on the event thread of its call,
// always on the same one, and must not block it: co_await RunBlocking for what
// may wait.
//
// A function that need not wait returns its result as it is:
//
//   hawkmount::Task SayHelloAsync(...) override {
//     response.set_greeting("Hello");
//     return absl::OkStatus();
//   }
//
// A trap of g++ 12.2, which is Debian 12's (GCC bug 106188, mended in 12.3): a
// coroutine that declares no variable in its outermost block, and awaits in the
// condition of an if or while there, never runs its body. Declare one:
//
//   const bool slept = co_await hawkmount::Sleep(1s);
//   if (!slept) co_return absl::CancelledError();
//
// Owns its frame. What it refers to (its arguments are often references) must
// outlive it.
template <class T>
class [[nodiscard]] TaskOf {
 public:
  class promise_type : public codegen::Promise<T> {
   public:
    TaskOf get_return_object() {
      return TaskOf(std::coroutine_handle<promise_type>::from_promise(*this));
    }
  };
  using Handle = std::coroutine_handle<promise_type>;

  template <class U = T>
  requires(!std::is_void_v<T> && std::convertible_to<U&&, T>) TaskOf(U&& result)
      : result_(std::forward<U>(result)) {}  // NOLINT
  TaskOf(TaskOf&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)),
        result_(std::move(other.result_)) {}
  TaskOf& operator=(TaskOf&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(result_, other.result_);
    return *this;
  }
  ~TaskOf() {
    if (handle_) handle_.destroy();
  }

  // Whether it holds its result already, without a coroutine.
  bool ready() const { return !handle_; }
  // The coroutine, for whoever runs it; null when ready.
  Handle handle() const { return handle_; }

  // What the coroutine returned, also when it threw afterwards; else null.
  const T* returned() const requires(!std::is_void_v<T>) {
    return handle_ ? handle_.promise().returned() : &*result_;
  }

  // The outcome, once the coroutine is at its end; throws what it threw.
  T TakeResult() {
    if constexpr (std::is_void_v<T>) {
      handle_.promise().TakeResult();
    } else {
      return handle_ ? handle_.promise().TakeResult() : std::move(*result_);
    }
  }

  auto operator co_await() && { return Awaiter{*this}; }
  auto operator co_await() & { return Awaiter{*this}; }

 private:
  struct Nothing {};
  struct Awaiter {
    TaskOf& task;

    bool await_ready() const { return task.ready(); }
    template <class Promise>
    std::coroutine_handle<> await_suspend(
        std::coroutine_handle<Promise> parent) {
      task.handle_.promise().environment = parent.promise().environment;
      task.handle_.promise().continuation = parent;
      return task.handle_;
    }
    T await_resume() { return task.TakeResult(); }
  };

  explicit TaskOf(Handle handle) : handle_(handle) {}

  Handle handle_;
  std::optional<std::conditional_t<std::is_void_v<T>, Nothing, T>> result_;
};

// What a coroutine handler returns: the status of its call.
using Task = TaskOf<absl::Status>;

}  // namespace hawkmount

#endif  // HAWKMOUNT_TASK_H_
