#ifndef HAWKMOUNT_TESTS_RUNTIME_FAKE_EXECUTOR_H_
#define HAWKMOUNT_TESTS_RUNTIME_FAKE_EXECUTOR_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

#include "engine/timers.h"
#include "hawkmount/codegen/cancel_scope.h"
#include "hawkmount/codegen/executor.h"
#include "hawkmount/task.h"

namespace hawkmount {

// An event thread that a test drives by hand: nothing happens until it says so.
class FakeExecutor final : public codegen::Executor {
 public:
  // Any thread.
  void Post(codegen::Work& work) override {
    std::lock_guard lock(mutex_);
    posted_.push_back(&work);
  }
  // What is due by the clock is moved to the time that the test has come to.
  void StartTimer(codegen::Timer& timer) override {
    constexpr auto kNever = engine::Timers::TimePoint::max();
    timer.due = timer.due > kNever - passed_ ? kNever : timer.due + passed_;
    timers_.Add(timer);
  }
  void CancelTimer(codegen::Timer& timer) override { timers_.Remove(timer); }
  bool RunOnWorker(codegen::Work& work) override {
    if (refuses_work) return false;
    work_.push_back(&work);
    return true;
  }
  bool TakeBack(codegen::Work& work) override {
    return std::erase(work_, &work) != 0;
  }

  // Runs what was posted, and what that posts; says how many.
  size_t RunPosted() {
    size_t count = 0;
    while (codegen::Work* work = TakePosted()) {
      work->run(*work);
      ++count;
    }
    return count;
  }

  // Lets some time pass.
  void Advance(std::chrono::nanoseconds time) {
    passed_ += time;
    timers_.FireDue(std::chrono::steady_clock::now() + passed_);
  }
  bool has_timers() const { return !timers_.empty(); }

  // Runs the piece of work that has waited longest for a worker, here.
  void RunWork() {
    codegen::Work* work = TakeWork();
    work->run(*work);
  }
  // The same, for a test that has threads.
  codegen::Work* TakeWork() {
    codegen::Work* work = work_.front();
    work_.pop_front();
    return work;
  }
  size_t waiting_work() const { return work_.size(); }

  bool refuses_work = false;

 private:
  codegen::Work* TakePosted() {
    std::lock_guard lock(mutex_);
    if (posted_.empty()) return nullptr;
    codegen::Work* work = posted_.front();
    posted_.pop_front();
    return work;
  }

  std::mutex mutex_;
  std::deque<codegen::Work*> posted_;
  std::deque<codegen::Work*> work_;
  engine::Timers timers_;
  std::chrono::nanoseconds passed_{0};
};

// A task that runs on a FakeExecutor, begun at once.
template <class T>
class Running {
 public:
  Running(FakeExecutor& executor, TaskOf<T> task) : task_(std::move(task)) {
    Start(executor);
  }
  // In a call that was given up before it began.
  static Running Cancelled(FakeExecutor& executor, TaskOf<T> task) {
    return Running(executor, std::move(task), true);
  }
  Running(const Running&) = delete;

  bool done() const { return done_; }
  T Result() { return task_.TakeResult(); }
  void Cancel() { scope_.Cancel(); }

 private:
  Running(FakeExecutor& executor, TaskOf<T> task, bool)
      : task_(std::move(task)) {
    scope_.Cancel();
    Start(executor);
  }

  void Start(FakeExecutor& executor) {
    if (task_.ready()) {
      done_ = true;
      return;
    }
    auto& promise = task_.handle().promise();
    promise.environment = {&executor, &scope_};
    promise.owner = this;
    promise.on_done = [](void* self) {
      static_cast<Running*>(self)->done_ = true;
    };
    task_.handle().resume();
  }

  codegen::CancelScope scope_;
  TaskOf<T> task_;
  bool done_ = false;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_TESTS_RUNTIME_FAKE_EXECUTOR_H_
