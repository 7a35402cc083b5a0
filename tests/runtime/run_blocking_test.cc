#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>

#include "fake_executor.h"
#include "hawkmount/await.h"

namespace hawkmount {
namespace {

template <class Function>
TaskOf<typename BlockingRun<Function>::Result> AwaitRun(Function function) {
  auto result = co_await RunBlocking(std::move(function));
  co_return result;
}

using StatusOrInt = absl::StatusOr<int>;

TEST(RunBlocking, RunsOnAWorkerAndResumesThroughTheLoop) {
  FakeExecutor executor;
  std::thread::id ran_on;
  Running<StatusOrInt> task(executor, AwaitRun([&] {
                              ran_on = std::this_thread::get_id();
                              return 5;
                            }));
  ASSERT_EQ(executor.waiting_work(), 1u);
  EXPECT_EQ(executor.RunPosted(), 0u);
  std::thread worker([&] { executor.RunWork(); });
  const std::thread::id worker_id = worker.get_id();
  worker.join();
  EXPECT_FALSE(task.done());
  executor.RunPosted();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(*task.Result(), 5);
  EXPECT_EQ(ran_on, worker_id);
}

TEST(RunBlocking, ComesToWhatTheFunctionReturns) {
  FakeExecutor executor;
  Running<absl::Status> nothing(executor, AwaitRun([] {}));
  Running<absl::Status> status(
      executor, AwaitRun([] { return absl::NotFoundError("x"); }));
  Running<StatusOrInt> status_or(executor, AwaitRun([]() -> StatusOrInt {
                                   return absl::AbortedError("y");
                                 }));
  Running<absl::StatusOr<std::unique_ptr<int>>> moved(
      executor, AwaitRun([] { return std::make_unique<int>(6); }));
  for (int i = 0; i < 4; ++i) executor.RunWork();
  executor.RunPosted();
  EXPECT_TRUE(nothing.Result().ok());
  EXPECT_TRUE(absl::IsNotFound(status.Result()));
  EXPECT_TRUE(absl::IsAborted(status_or.Result().status()));
  EXPECT_EQ(**moved.Result(), 6);
}

TEST(RunBlocking, ThrowsWhatTheFunctionThrows) {
  FakeExecutor executor;
  Running<absl::Status> error(
      executor, AwaitRun([] { throw std::runtime_error("inside"); }));
  Running<absl::Status> number(executor, AwaitRun([] { throw 3; }));
  executor.RunWork();
  executor.RunWork();
  executor.RunPosted();
  ASSERT_TRUE(error.done());
  EXPECT_THROW(error.Result().IgnoreError(), std::runtime_error);
  ASSERT_TRUE(number.done());
  EXPECT_THROW(number.Result().IgnoreError(), int);
}

TEST(RunBlocking, IsRefusedWhenNoWorkerWillTakeIt) {
  FakeExecutor executor;
  executor.refuses_work = true;
  bool ran = false;
  Running<absl::Status> task(executor, AwaitRun([&] { ran = true; }));
  ASSERT_TRUE(task.done());
  EXPECT_TRUE(absl::IsResourceExhausted(task.Result()));
  EXPECT_FALSE(ran);
  task.Cancel();  // nobody is left to hear of it
}

TEST(RunBlocking, IsTakenBackByACancelBeforeItBegan) {
  FakeExecutor executor;
  bool ran = false;
  Running<absl::Status> task(executor, AwaitRun([&] { ran = true; }));
  task.Cancel();
  ASSERT_TRUE(task.done());
  EXPECT_TRUE(absl::IsCancelled(task.Result()));
  EXPECT_EQ(executor.waiting_work(), 0u);
  EXPECT_FALSE(ran);
}

TEST(RunBlocking, DoesNotBeginInACallThatWasGivenUp) {
  FakeExecutor executor;
  bool ran = false;
  auto task =
      Running<absl::Status>::Cancelled(executor, AwaitRun([&] { ran = true; }));
  ASSERT_TRUE(task.done());
  EXPECT_TRUE(absl::IsCancelled(task.Result()));
  EXPECT_EQ(executor.waiting_work(), 0u);
}

TEST(RunBlocking, IsWaitedForWhenItHasBegun) {
  FakeExecutor executor;
  bool was_told = false;
  Running<StatusOrInt> task(executor, AwaitRun([&](std::stop_token stop) {
                              while (!stop.stop_requested()) {
                                std::this_thread::yield();
                              }
                              was_told = true;
                              return 4;
                            }));
  codegen::Work* work = executor.TakeWork();
  std::thread worker([&] { work->run(*work); });
  task.Cancel();
  EXPECT_FALSE(task.done());
  worker.join();
  EXPECT_TRUE(was_told);
  EXPECT_FALSE(task.done());
  executor.RunPosted();
  ASSERT_TRUE(task.done());
  // What it came to is not thrown away.
  EXPECT_EQ(*task.Result(), 4);
}

TEST(RunBlocking, ACancelAfterItsEndChangesNothing) {
  FakeExecutor executor;
  Running<StatusOrInt> task(executor, AwaitRun([] { return 2; }));
  executor.RunWork();
  task.Cancel();
  EXPECT_FALSE(task.done());
  executor.RunPosted();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(*task.Result(), 2);
}

TEST(RunBlocking, SeveralInARow) {
  FakeExecutor executor;
  Running<int> task(executor, []() -> TaskOf<int> {
    int sum = 0;
    for (int i = 0; i < 5; ++i) {
      const StatusOrInt value = co_await RunBlocking([&] { return i; });
      sum += value.value_or(100);
    }
    co_return sum;
  }());
  for (int i = 0; i < 5; ++i) {
    executor.RunWork();
    executor.RunPosted();
  }
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), 10);
}

}  // namespace
}  // namespace hawkmount
