#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "fake_executor.h"
#include "hawkmount/await.h"

namespace hawkmount {
namespace {

using namespace std::chrono_literals;
using MaybeInt = std::optional<int>;

TaskOf<int> SleepThenGive(std::chrono::nanoseconds duration, int value) {
  const bool slept = co_await Sleep(duration);
  co_return slept ? value : -value;
}

TaskOf<int> SleepThenThrow(std::chrono::nanoseconds duration, int value) {
  co_await Sleep(duration);
  throw value;
}

TEST(WhenAll, RunsItsTasksAtTheSameTimeAndGivesAllResults) {
  FakeExecutor executor;
  Running<std::string> task(executor, []() -> TaskOf<std::string> {
    auto [a, b, c] = co_await WhenAll(
        SleepThenGive(1h, 1), SleepThenGive(2h, 2), Sleep(90min));
    co_return std::to_string(a) + std::to_string(b) + (c ? "c" : "-");
  }());
  executor.Advance(119min);
  EXPECT_FALSE(task.done());
  executor.Advance(2min);  // two hours in all, not four and a half
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), "12c");
}

TEST(WhenAll, OfNothingAndOfWhatIsReadyDoesNotWait) {
  FakeExecutor executor;
  Running<int> task(executor, []() -> TaskOf<int> {
    const std::tuple<> nothing = co_await WhenAll();
    static_cast<void>(nothing);
    auto [a, b] = co_await WhenAll(TaskOf<int>(3), TaskOf<int>(4));
    co_return a* b;
  }());
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), 12);
}

TEST(WhenAll, ThrowsWhatTheFirstInOrderThrewAfterAllAreOver) {
  FakeExecutor executor;
  bool last_is_over = false;
  Running<void> task(executor, [](bool& over) -> TaskOf<void> {
    auto last = [](bool& over) -> TaskOf<void> {
      co_await Sleep(3h);
      over = true;
    };
    co_await WhenAll(SleepThenThrow(2h, 1), SleepThenThrow(1h, 2), last(over));
  }(last_is_over));
  executor.Advance(150min);
  EXPECT_FALSE(task.done());
  executor.Advance(1h);
  ASSERT_TRUE(task.done());
  EXPECT_TRUE(last_is_over);
  try {
    task.Result();
    FAIL() << "nothing was thrown";
  } catch (int thrown) {
    EXPECT_EQ(thrown, 1);
  }
}

TEST(WhenAll, GivesAllUpWithItsCall) {
  FakeExecutor executor;
  Running<std::string> task(executor, []() -> TaskOf<std::string> {
    auto [slept, value, ran] = co_await WhenAll(
        Sleep(1h), Suspend<int>([](Resumer<int>) {}), RunBlocking([] {
          return 1;
        }));
    std::string text = slept ? "slept " : "woken ";
    text += value.has_value() ? "value " : "none ";
    co_return text + std::string(ran.status().message());
  }());
  EXPECT_FALSE(task.done());
  task.Cancel();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), "woken none the call was given up");
  EXPECT_FALSE(executor.has_timers());
  EXPECT_EQ(executor.waiting_work(), 0u);
}

TEST(WhenAll, BeginsInACallThatWasGivenUpAndSaysSo) {
  FakeExecutor executor;
  auto task = Running<int>::Cancelled(executor, []() -> TaskOf<int> {
    auto [a, b] = co_await WhenAll(SleepThenGive(1h, 1), SleepThenGive(1h, 2));
    co_return a + b;
  }());
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), -3);
}

TEST(WhenAll, WaitsForWorkThatHasBegunAlsoAfterACancel) {
  FakeExecutor executor;
  Running<int> task(executor, []() -> TaskOf<int> {
    auto [slept, ran] =
        co_await WhenAll(Sleep(1h), RunBlocking([] { return 5; }));
    co_return slept ? 0 : ran.value_or(0);
  }());
  codegen::Work* work = executor.TakeWork();
  task.Cancel();
  EXPECT_FALSE(task.done());
  work->run(*work);
  executor.RunPosted();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), 5);
}

TEST(WhenAny, NamesTheFirstAndGivesTheOthersUp) {
  FakeExecutor executor;
  Running<std::vector<int>> task(executor, []() -> TaskOf<std::vector<int>> {
    auto [first, results] = co_await WhenAny(
        SleepThenGive(3h, 3), SleepThenGive(1h, 1), SleepThenGive(2h, 2));
    const auto [a, b, c] = results;
    co_return std::vector<int>{static_cast<int>(first), a, b, c};
  }());
  executor.Advance(61min);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), (std::vector<int>{1, -3, 1, -2}));
  EXPECT_FALSE(executor.has_timers());
}

TEST(WhenAny, OneThatIsReadyKeepsTheOthersFromBeginning) {
  FakeExecutor executor;
  Running<int> task(executor, []() -> TaskOf<int> {
    auto [first, results] =
        co_await WhenAny(TaskOf<int>(7), RunBlocking([] { return 1; }));
    const bool cancelled = absl::IsCancelled(std::get<1>(results).status());
    co_return cancelled ? std::get<0>(results) * 10 + static_cast<int>(first)
                        : -1;
  }());
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), 70);
  EXPECT_EQ(executor.waiting_work(), 0u);
}

TEST(WhenAny, LeavesItsCallAsItWas) {
  FakeExecutor executor;
  Running<bool> task(executor, []() -> TaskOf<bool> {
    co_await WhenAny(Sleep(1h), Sleep(2h));
    const bool slept = co_await Sleep(1h);
    co_return slept;
  }());
  executor.Advance(61min);
  EXPECT_FALSE(task.done());
  executor.Advance(61min);
  ASSERT_TRUE(task.done());
  EXPECT_TRUE(task.Result());
}

TEST(WhenAny, OneThatThrowsIsTheFirstToo) {
  FakeExecutor executor;
  Running<void> task(executor, []() -> TaskOf<void> {
    co_await WhenAny(SleepThenGive(2h, 1), SleepThenThrow(1h, 2));
  }());
  executor.Advance(61min);
  ASSERT_TRUE(task.done());
  EXPECT_THROW(task.Result(), int);
}

TEST(WhenAny, IsGivenUpWithItsCall) {
  FakeExecutor executor;
  Running<int> task(executor, []() -> TaskOf<int> {
    auto [first, results] =
        co_await WhenAny(SleepThenGive(1h, 1), SleepThenGive(2h, 2));
    co_return std::get<0>(results) + std::get<1>(results);
  }());
  task.Cancel();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), -3);
}

TEST(WhenAny, AResumedSuspensionGivesTheSleepUp) {
  FakeExecutor executor;
  std::optional<Resumer<int>> resumer;
  Running<int> task(
      executor, [](std::optional<Resumer<int>>& kept) -> TaskOf<int> {
        auto [first, results] = co_await WhenAny(
            Sleep(1h),
            Suspend<int>([&](Resumer<int> given) { kept.emplace(given); }));
        co_return std::get<0>(results) ? -1 : std::get<1>(results).value_or(-2);
      }(resumer));
  resumer->Resume(6);
  executor.RunPosted();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), 6);
}

TEST(Join, JoinsOfJoinsAreGivenUpAllTheWayDown) {
  FakeExecutor executor;
  Running<int> task(executor, []() -> TaskOf<int> {
    const auto pair = [](int value) -> TaskOf<int> {
      auto [a, b] = co_await WhenAll(
          SleepThenGive(2h, value), SleepThenGive(3h, 10 * value));
      co_return a + b;
    };
    auto [first, results] = co_await WhenAny(pair(1), SleepThenGive(1h, 100));
    co_return std::get<0>(results) + std::get<1>(results);
  }());
  executor.Advance(61min);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), 100 - 11);
  EXPECT_FALSE(executor.has_timers());
}

// Each wait in turn is cancelled: before it, at it, after it.
TEST(Join, ACancelMayComeAtAnyTime) {
  for (int cancel_at = 0; cancel_at < 8; ++cancel_at) {
    FakeExecutor executor;
    Running<int> task(executor, []() -> TaskOf<int> {
      int done = 0;
      for (int i = 0; i < 3; ++i) {
        auto [first, results] =
            co_await WhenAny(Sleep(1h), SleepThenGive(2h, 1));
        if (!std::get<0>(results)) break;
        ++done;
        auto [ran, slept] =
            co_await WhenAll(RunBlocking([] { return 1; }), Sleep(1h));
        if (!ran.ok() || !slept) break;
        ++done;
      }
      co_return done;
    }());
    for (int step = 0; step < cancel_at; ++step) {
      executor.Advance(61min);
      while (executor.waiting_work() > 0) executor.RunWork();
      executor.RunPosted();
    }
    task.Cancel();
    executor.RunPosted();
    ASSERT_TRUE(task.done()) << cancel_at;
    EXPECT_EQ(task.Result(), std::min(cancel_at, 6));
    EXPECT_FALSE(executor.has_timers());
    EXPECT_EQ(executor.waiting_work(), 0u);
  }
}

}  // namespace
}  // namespace hawkmount
