#ifndef HAWKMOUNT_CODEGEN_JOIN_H_
#define HAWKMOUNT_CODEGEN_JOIN_H_

#include <coroutine>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "hawkmount/codegen/cancel_scope.h"
#include "hawkmount/codegen/executor.h"
#include "hawkmount/task.h"

namespace hawkmount::codegen {

template <class T>
decltype(auto) AwaiterOf(T&& awaitable) {
  if constexpr (requires { std::forward<T>(awaitable).operator co_await(); }) {
    return std::forward<T>(awaitable).operator co_await();
  } else {
    return std::forward<T>(awaitable);
  }
}

// What awaiting a T comes to.
template <class T>
using AwaitedBy = decltype(AwaiterOf(std::declval<T>()).await_resume());

template <class T>
using ValueOf = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class Awaitable>
TaskOf<AwaitedBy<Awaitable>> AsTask(Awaitable awaitable) {
  co_return co_await std::move(awaitable);
}

// Several tasks that run at the same time, each to its end.
template <class... Results>
class [[nodiscard]] Join final : private CancelScope::Waiter {
  static constexpr size_t kSize = sizeof...(Results);

 public:
  explicit Join(bool any, TaskOf<Results>... tasks)
      : any_(any), tasks_(std::move(tasks)...) {}
  Join(Join&& other) noexcept
      : any_(other.any_), tasks_(std::move(other.tasks_)) {}

  bool await_ready() const { return kSize == 0; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> parent) {
    const Environment& environment = parent.promise().environment;
    if (environment.scope->cancelled()) {
      scope_.Cancel();
    } else {
      environment.scope->Add(*this);
    }
    // One more than there are tasks, so that none of them ends the wait while
    // the others are still to be started.
    running_ = kSize + 1;
    StartAll(
        Environment{environment.executor, &scope_, environment.method},
        std::make_index_sequence<kSize>());
    parent_ = parent;
    if (--running_ > 0) return true;
    Unlink();
    return false;
  }

  std::tuple<ValueOf<Results>...> await_resume() {
    return TakeAll(std::make_index_sequence<kSize>());
  }

  // The same, coming to the index of the first besides.
  class WithFirst {
   public:
    explicit WithFirst(Join&& join) : join_(std::move(join)) {}
    bool await_ready() const { return join_.await_ready(); }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> parent) {
      return join_.await_suspend(parent);
    }
    std::pair<size_t, std::tuple<ValueOf<Results>...>> await_resume() {
      return {join_.first_, join_.await_resume()};
    }

   private:
    Join join_;
  };

  WithFirst WithIndex() && { return WithFirst(std::move(*this)); }

 private:
  struct Slot {
    Join* join = nullptr;
    size_t index = 0;
  };

  template <size_t... kIndex>
  void StartAll(
      const Environment& environment, std::index_sequence<kIndex...>) {
    (Start<kIndex>(environment), ...);
  }

  template <size_t kIndex>
  void Start(const Environment& environment) {
    auto& task = std::get<kIndex>(tasks_);
    slots_[kIndex] = {this, kIndex};
    if (task.ready()) return OnTaskDone(kIndex);
    auto& promise = task.handle().promise();
    promise.environment = environment;
    promise.owner = &slots_[kIndex];
    promise.on_done = [](void* owner) {
      const Slot& slot = *static_cast<Slot*>(owner);
      slot.join->OnTaskDone(slot.index);
    };
    task.handle().resume();
  }

  void OnTaskDone(size_t index) {
    if (first_ == kSize) {
      first_ = index;
      if (any_) GiveUp();
    }
    if (--running_ > 0) return;
    Unlink();
    parent_.resume();  // may destroy this
  }

  void OnCancel() override {
    ++running_;
    GiveUp();
    if (--running_ == 0) parent_.resume();  // may destroy this
  }

  // The caller holds one of `running_`, so that this outlives the loop.
  void GiveUp() {
    if (!scope_.cancelled()) scope_.Cancel();
  }

  template <size_t... kIndex>
  std::tuple<ValueOf<Results>...> TakeAll(std::index_sequence<kIndex...>) {
    return {Take<kIndex>()...};
  }

  template <size_t kIndex>
  auto Take() {
    auto& task = std::get<kIndex>(tasks_);
    if constexpr (std::is_void_v<decltype(task.TakeResult())>) {
      task.TakeResult();
      return std::monostate();
    } else {
      return task.TakeResult();
    }
  }

  bool any_;
  std::tuple<TaskOf<Results>...> tasks_;
  Slot slots_[kSize == 0 ? 1 : kSize];
  CancelScope scope_;
  std::coroutine_handle<> parent_;
  size_t running_ = 0;
  size_t first_ = kSize;
};

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_JOIN_H_
