#ifndef HAWKMOUNT_AWAIT_H_
#define HAWKMOUNT_AWAIT_H_

// What a coroutine handler can wait for besides its stream. Each wait ends
// early when the call is given up: cancelled by its caller, past its deadline,
// or past the grace of a drain.

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawkmount/codegen/cancel_scope.h"
#include "hawkmount/codegen/executor.h"
#include "hawkmount/codegen/join.h"
#include "hawkmount/task.h"

namespace hawkmount {

// Waits for a time: `const bool slept = co_await Sleep(100ms)`. True when all
// of it passed, false when the call was given up.
class [[nodiscard]] Sleep final : private codegen::CancelScope::Waiter {
 public:
  explicit Sleep(std::chrono::nanoseconds duration) : duration_(duration) {}

  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> coroutine) {
    const codegen::Environment& environment = coroutine.promise().environment;
    if (environment.scope->cancelled()) return false;
    environment_ = environment;
    coroutine_ = coroutine;
    environment.scope->Add(*this);
    timer_.sleep = this;
    // Not in the past, so that a loop over it leaves the thread to others; not
    // beyond the end of time.
    const auto now = std::chrono::steady_clock::now();
    using TimePoint = std::chrono::steady_clock::time_point;
    timer_.due = duration_ >= TimePoint::max() - now
                     ? TimePoint::max()
                     : now + std::max(duration_, std::chrono::nanoseconds(0));
    timer_.fire = Fire;
    environment.executor->StartTimer(timer_);
    return true;
  }
  bool await_resume() const { return slept_; }

  // For executors with a clock of their own: the sleep that a timer is for;
  // null when it is for something else.
  static const Sleep* Of(const codegen::Timer& timer) {
    if (timer.fire != Fire) return nullptr;
    return static_cast<const SleepTimer&>(timer).sleep;
  }
  std::chrono::nanoseconds duration() const { return duration_; }

 private:
  struct SleepTimer : codegen::Timer {
    Sleep* sleep = nullptr;
  };

  static void Fire(codegen::Timer& timer) {
    Sleep& self = *static_cast<SleepTimer&>(timer).sleep;
    self.Unlink();
    self.slept_ = true;
    self.environment_.Resume(self.coroutine_);
  }

  void OnCancel() override {
    environment_.executor->CancelTimer(timer_);
    environment_.Resume(coroutine_);
  }

  std::chrono::nanoseconds duration_;
  codegen::Environment environment_;
  std::coroutine_handle<> coroutine_;
  SleepTimer timer_;
  bool slept_ = false;
};

// Hands a value to a coroutine that waits in Suspend. Copies are one resumer:
// the first Resume counts, later ones do nothing, also after the coroutine or
// its server is gone. Any thread.
template <class T>
class Resumer {
 public:
  void Resume(T value) const {
    std::lock_guard lock(state_->mutex);
    if (state_->executor == nullptr || state_->value.has_value()) return;
    state_->value.emplace(std::move(value));
    state_->self = state_;
    state_->executor->Post(*state_);
  }

 private:
  template <class U, class Start>
  friend class Suspension;

  struct State : codegen::Work {
    std::mutex mutex;
    codegen::Executor* executor = nullptr;  // null: nobody waits any more
    std::optional<T> value;
    std::shared_ptr<State> self;  // while it is in the executor's hands
    std::coroutine_handle<> coroutine;
    codegen::CancelScope::Waiter* waiter = nullptr;  // executor's thread only
  };

  explicit Resumer(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

template <class T, class Start>
class [[nodiscard]] Suspension final : private codegen::CancelScope::Waiter {
 public:
  explicit Suspension(Start start) : start_(std::move(start)) {}

  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> coroutine) {
    const codegen::Environment& environment = coroutine.promise().environment;
    if (environment.scope->cancelled()) return false;
    environment_ = environment;
    state_ = std::make_shared<State>();
    state_->executor = environment.executor;
    state_->coroutine = coroutine;
    state_->waiter = this;
    state_->run = [](codegen::Work& work) {
      auto state = std::move(static_cast<State&>(work).self);
      if (state->waiter == nullptr) return;
      auto& suspension = *static_cast<Suspension*>(state->waiter);
      suspension.Unlink();
      state->waiter = nullptr;
      suspension.environment_.Resume(state->coroutine);
    };
    environment.scope->Add(*this);
    // The value may arrive, and be posted, before start_ returns: it resumes
    // the coroutine only from the executor's loop.
    start_(Resumer<T>(state_));
    return true;
  }
  // What Resume was given; nothing when the call was given up first.
  std::optional<T> await_resume() {
    if (state_ == nullptr) return std::nullopt;
    std::lock_guard lock(state_->mutex);
    state_->executor = nullptr;
    return std::move(state_->value);
  }

 private:
  using State = typename Resumer<T>::State;

  void OnCancel() override {
    const std::shared_ptr<State> state = state_;
    state->waiter = nullptr;
    {
      std::lock_guard lock(state->mutex);
      state->executor = nullptr;
    }
    environment_.Resume(state->coroutine);
  }

  Start start_;
  codegen::Environment environment_;
  std::shared_ptr<State> state_;
};

// Waits for somebody else's callback:
//
//   std::optional<Row> row = co_await hawkmount::Suspend<Row>(
//       [&](hawkmount::Resumer<Row> resumer) {
//         database.Find(key, [resumer](Row row) { resumer.Resume(row); });
//       });
//
// Nothing when the call was given up first. `start` runs at once, on the event
// thread, and must not throw.
template <class T, class Start>
auto Suspend(Start start) {
  return Suspension<T, Start>(std::move(start));
}

// Waits for the app's end: `co_await UntilStop(context.app().stopping())`. True
// when it has come, nothing when the call was given up first.
inline auto UntilStop(std::stop_token token) {
  using Callback = std::stop_callback<std::function<void()>>;
  return Suspend<bool>(
      [token = std::move(token),
       callback = std::shared_ptr<Callback>()](Resumer<bool> resumer) mutable {
        callback = std::make_shared<Callback>(
            token, [resumer] { resumer.Resume(true); });
      });
}

namespace codegen {

// Status for void, StatusOr<R> for a value, and a Status or StatusOr as it is.
template <class R>
struct StatusOrResult {
  using type = absl::StatusOr<R>;
};
template <>
struct StatusOrResult<void> {
  using type = absl::Status;
};
template <>
struct StatusOrResult<absl::Status> {
  using type = absl::Status;
};
template <class R>
struct StatusOrResult<absl::StatusOr<R>> {
  using type = absl::StatusOr<R>;
};

}  // namespace codegen

template <class Function>
class [[nodiscard]] BlockingRun final : private codegen::CancelScope::Waiter {
  static constexpr bool kTakesToken =
      std::is_invocable_v<Function&, std::stop_token>;
  static decltype(auto) Invoke(Function& function, std::stop_token token) {
    if constexpr (kTakesToken) {
      return function(std::move(token));
    } else {
      return function();
    }
  }
  using Returned = decltype(Invoke(
      std::declval<Function&>(), std::declval<std::stop_token>()));

 public:
  using Result = typename codegen::StatusOrResult<Returned>::type;

  explicit BlockingRun(Function function) : function_(std::move(function)) {}

  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> coroutine) {
    const codegen::Environment& environment = coroutine.promise().environment;
    if (environment.scope->cancelled()) return false;
    environment_ = environment;
    coroutine_ = coroutine;
    job_.owner = this;
    job_.run = [](codegen::Work& work) {
      BlockingRun& self = *static_cast<Job&>(work).owner;
      self.RunHere();
      self.job_.run = [](codegen::Work& done) {
        BlockingRun& self = *static_cast<Job&>(done).owner;
        self.Unlink();
        self.environment_.Resume(self.coroutine_);
      };
      self.environment_.executor->Post(self.job_);
    };
    environment.scope->Add(*this);
    if (!environment_.executor->RunOnWorker(job_)) {
      Unlink();
      result_ = absl::ResourceExhaustedError("no worker is free");
      return false;
    }
    return true;
  }
  Result await_resume() {
    if (exception_) std::rethrow_exception(std::move(exception_));
    return std::move(result_);
  }

 private:
  struct Job : codegen::Work {
    BlockingRun* owner = nullptr;
  };

  void RunHere() {
#ifdef __cpp_exceptions
    try {
      Run();
    } catch (...) {
      exception_ = std::current_exception();
    }
#else
    Run();
#endif
  }

  void Run() {
    if constexpr (std::is_void_v<Returned>) {
      Invoke(function_, stop_.get_token());
      result_ = absl::OkStatus();
    } else {
      result_ = Invoke(function_, stop_.get_token());
    }
  }

  void OnCancel() override {
    stop_.request_stop();
    if (environment_.executor->TakeBack(job_)) environment_.Resume(coroutine_);
  }

  Function function_;
  Result result_ = absl::CancelledError("the call was given up");
  std::stop_source stop_;
  std::exception_ptr exception_;
  codegen::Environment environment_;
  std::coroutine_handle<> coroutine_;
  Job job_;
};

// Runs a function that may wait, on a worker thread:
//
//   absl::StatusOr<Row> row =
//       co_await hawkmount::RunBlocking([&] { return database.Find(key); });
//
// What it returns or throws is what the await comes to. CANCELLED when the call
// was given up before a worker took it, RESOURCE_EXHAUSTED when too many wait
// for a worker. A function that has begun is waited for, as it may use the
// coroutine's variables: let it take a std::stop_token to hear that the call
// was given up.
template <class Function>
auto RunBlocking(Function function) {
  return BlockingRun<Function>(std::move(function));
}

// Waits for all of several tasks or other awaitables, which run at the same
// time, and comes to a tuple of their results (std::monostate for void). Throws
// what the first of them in order threw, after all are over.
template <class... Awaitables>
auto WhenAll(Awaitables&&... awaitables) {
  return codegen::Join<codegen::AwaitedBy<Awaitables>...>(
      /*any=*/false, codegen::AsTask(std::forward<Awaitables>(awaitables))...);
}

// As WhenAll, but the first that is over has the others given up: their sleeps
// and waits end early. Comes to a pair: the index of the first, and the tuple
// of all results. It waits for all of them, as they may use the coroutine's
// variables. A Read that is given up loses no message: the next Read gets it. A
// Write that has begun is waited for.
template <class... Awaitables>
auto WhenAny(Awaitables&&... awaitables) {
  return codegen::Join<codegen::AwaitedBy<Awaitables>...>(
             /*any=*/true,
             codegen::AsTask(std::forward<Awaitables>(awaitables))...)
      .WithIndex();
}

}  // namespace hawkmount

#endif  // HAWKMOUNT_AWAIT_H_
