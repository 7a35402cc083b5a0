#ifndef HAWKMOUNT_TESTING_TASK_H_
#define HAWKMOUNT_TESTING_TASK_H_

#include <stdexcept>
#include <utility>

#include "hawkmount/codegen/cancel_scope.h"
#include "hawkmount/task.h"
#include "hawkmount/testing/call.h"
#include "hawkmount/testing/clock.h"

namespace hawkmount::testing {

// A coroutine that a test runs step by step:
//
//   ManualClock clock;
//   TestTask task(clock, context, handler.SayHelloAsync(context, ...));
//   clock.Advance(5s);
//   EXPECT_TRUE(task.done());
//
// Begun at once, on this thread, until it first waits. One that is not done at
// the end of the test is given up, and runs to its end.
template <class T>
class TestTask {
 public:
  // A handler's: its call gives it up.
  TestTask(ManualClock& clock, TestCall& call, TaskOf<T> task)
      : clock_(clock), call_(&call), task_(std::move(task)) {
    call.Attach(clock, scope_);
    Start(call.call().record.method);
  }
  // Any other.
  TestTask(ManualClock& clock, TaskOf<T> task)
      : clock_(clock), task_(std::move(task)) {
    Start(nullptr);
  }
  ~TestTask() {
    if (!done_) GiveUp();
    if (call_ != nullptr) call_->Detach();
  }
  TestTask(const TestTask&) = delete;
  TestTask& operator=(const TestTask&) = delete;

  bool done() const { return done_; }

  // Cancels its call: all its waits end early.
  void GiveUp() {
    if (call_ != nullptr) {
      call_->Cancel();
    } else if (!scope_.cancelled()) {
      scope_.Cancel();
    }
    clock_.Run();
  }

  // What it came to; throws what it threw. Once, when it is done.
  T Result() { return task_.TakeResult(); }

  // Runs it to its end, which takes no time: whenever nothing can go on, the
  // clock jumps to the end of the next sleep, or to the deadline. A request
  // that may yet be pushed is waited for instead, and so is another thread
  // where nobody sleeps. Throws std::runtime_error when it waits for a minute
  // for what does not come.
  T Finish() {
    while (!done_) {
      // Asked first: when the stream has ended since, there is something to
      // run.
      const bool reads = call_ != nullptr && call_->IsReading();
      if (clock_.Run()) continue;
      if (clock_.HasSleepers() && !reads) {
        clock_.AdvanceToNext();
      } else if (!clock_.WaitForOthers()) {
        throw std::runtime_error(
            "hawkmount::testing::TestTask: the coroutine waits for something "
            "that does not come: a request, unless the stream is ended, or "
            "what another thread is to do");
      }
    }
    return Result();
  }

 private:
  void Start(const Method* method) {
    if (task_.ready()) {
      done_ = true;
      return;
    }
    auto& promise = task_.handle().promise();
    promise.environment = {&clock_, &scope_, method};
    promise.owner = this;
    promise.on_done = [](void* self) {
      static_cast<TestTask*>(self)->done_ = true;
    };
    task_.handle().resume();
  }

  ManualClock& clock_;
  TestCall* call_ = nullptr;
  codegen::CancelScope scope_;
  TaskOf<T> task_;
  bool done_ = false;
};

// Runs a coroutine to its end, on this thread, and returns what it came to:
//
//   RunTask(context, handler.SayHelloAsync(context, request, response))
//
// Sleeps take no time: see TestTask::Finish.
template <class T>
T RunTask(TestCall& call, TaskOf<T> task) {
  ManualClock clock;
  return TestTask<T>(clock, call, std::move(task)).Finish();
}
template <class T>
T RunTask(TaskOf<T> task) {
  ManualClock clock;
  return TestTask<T>(clock, std::move(task)).Finish();
}

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_TASK_H_
