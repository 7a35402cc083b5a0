#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "fake_executor.h"
#include "hawkmount/await.h"

namespace hawkmount {
namespace {

using namespace std::chrono_literals;

TaskOf<bool> SleepFor(std::chrono::nanoseconds duration) {
  const bool slept = co_await Sleep(duration);
  co_return slept;
}

TEST(Sleep, WakesWhenItsTimeHasPassedAndNotBefore) {
  FakeExecutor executor;
  Running<bool> task(executor, SleepFor(1h));
  executor.Advance(59min);
  EXPECT_FALSE(task.done());
  executor.Advance(2min);
  ASSERT_TRUE(task.done());
  EXPECT_TRUE(task.Result());
  EXPECT_FALSE(executor.has_timers());
}

TEST(Sleep, OfNoTimeGoesThroughTheLoopOnce) {
  FakeExecutor executor;
  for (const std::chrono::nanoseconds duration : {0ns, -1ns, -1h + 0ns}) {
    Running<bool> task(executor, SleepFor(duration));
    EXPECT_FALSE(task.done());
    executor.Advance(1us);
    ASSERT_TRUE(task.done());
    EXPECT_TRUE(task.Result());
  }
}

TEST(Sleep, EndsEarlyWhenTheCallIsGivenUp) {
  FakeExecutor executor;
  Running<bool> task(executor, SleepFor(1h));
  task.Cancel();
  ASSERT_TRUE(task.done());
  EXPECT_FALSE(task.Result());
  EXPECT_FALSE(executor.has_timers());
  executor.Advance(2h);
}

TEST(Sleep, DoesNotBeginInACallThatWasGivenUp) {
  FakeExecutor executor;
  auto task = Running<bool>::Cancelled(executor, SleepFor(1h));
  ASSERT_TRUE(task.done());
  EXPECT_FALSE(task.Result());
  EXPECT_FALSE(executor.has_timers());
}

TEST(Sleep, AfterACancelDoesNotWait) {
  FakeExecutor executor;
  Running<int> task(executor, []() -> TaskOf<int> {
    int slept = 0;
    for (int i = 0; i < 100; ++i) slept += co_await Sleep(1h);
    co_return slept;
  }());
  executor.Advance(61min);
  EXPECT_FALSE(task.done());
  task.Cancel();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), 1);
}

// Otherwise a loop that is behind its time would keep the thread from all other
// calls, and from hearing of its own cancel.
TEST(Sleep, OfLessThanNoTimeLeavesTheThreadToOthers) {
  FakeExecutor executor;
  int slept = 0;
  Running<void> task(executor, [](int& count) -> TaskOf<void> {
    while (count < 1000) {
      const bool passed = co_await Sleep(-1h);
      if (!passed) break;
      ++count;
    }
  }(slept));
  executor.Advance(1us);
  EXPECT_LT(slept, 10);
  task.Cancel();
  EXPECT_TRUE(task.done());
}

// What people write for "until I am told otherwise".
TEST(Sleep, OfTheLongestTimeThereIsDoesNotEnd) {
  FakeExecutor executor;
  Running<bool> task(executor, SleepFor(std::chrono::nanoseconds::max()));
  executor.Advance(1h);
  EXPECT_FALSE(task.done());
  task.Cancel();
  EXPECT_TRUE(task.done());
}

TEST(Sleep, SleepersWakeInTheOrderOfTheirTimes) {
  FakeExecutor executor;
  std::vector<int> order;
  const auto sleeper = [&](int hours) -> TaskOf<void> {
    co_await Sleep(hours * 1h);
    order.push_back(hours);
  };
  Running<void> three(executor, sleeper(3));
  Running<void> one(executor, sleeper(1));
  Running<void> two(executor, sleeper(2));
  executor.Advance(4h);
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

}  // namespace
}  // namespace hawkmount
