#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "fake_executor.h"
#include "hawkmount/await.h"

namespace hawkmount {
namespace {

using MaybeInt = std::optional<int>;

// Leaves its resumer in `kept`.
TaskOf<MaybeInt> SuspendAndKeep(std::optional<Resumer<int>>& kept) {
  const MaybeInt value = co_await Suspend<int>(
      [&](Resumer<int> resumer) { kept.emplace(std::move(resumer)); });
  co_return value;
}

TEST(Suspend, ResumesWithTheValueThroughTheLoop) {
  FakeExecutor executor;
  std::optional<Resumer<int>> resumer;
  Running<MaybeInt> task(executor, SuspendAndKeep(resumer));
  ASSERT_TRUE(resumer.has_value());
  EXPECT_FALSE(task.done());
  resumer->Resume(7);
  EXPECT_FALSE(task.done()) << "resumed by the thread that called Resume";
  EXPECT_EQ(executor.RunPosted(), 1u);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), 7);
}

TEST(Suspend, MayBeResumedBeforeItsStartReturns) {
  FakeExecutor executor;
  bool start_returned = false;
  Running<MaybeInt> task(executor, [](bool& returned) -> TaskOf<MaybeInt> {
    const MaybeInt value = co_await Suspend<int>([&](Resumer<int> resumer) {
      resumer.Resume(8);
      returned = true;
    });
    co_return value;
  }(start_returned));
  EXPECT_TRUE(start_returned);
  EXPECT_FALSE(task.done());
  executor.RunPosted();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), 8);
}

TEST(Suspend, TheFirstOfSeveralResumesCounts) {
  FakeExecutor executor;
  std::optional<Resumer<int>> resumer;
  Running<MaybeInt> task(executor, SuspendAndKeep(resumer));
  const Resumer<int> copy = *resumer;
  resumer->Resume(1);
  copy.Resume(2);
  resumer->Resume(3);
  EXPECT_EQ(executor.RunPosted(), 1u);
  EXPECT_EQ(task.Result(), 1);
  copy.Resume(4);
  EXPECT_EQ(executor.RunPosted(), 0u);
}

TEST(Suspend, ComesToNothingWhenTheCallIsGivenUp) {
  FakeExecutor executor;
  std::optional<Resumer<int>> resumer;
  Running<MaybeInt> task(executor, SuspendAndKeep(resumer));
  task.Cancel();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), std::nullopt);
  resumer->Resume(1);
  EXPECT_EQ(executor.RunPosted(), 0u);
}

TEST(Suspend, DoesNotBeginInACallThatWasGivenUp) {
  FakeExecutor executor;
  std::optional<Resumer<int>> resumer;
  auto task = Running<MaybeInt>::Cancelled(executor, SuspendAndKeep(resumer));
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), std::nullopt);
  EXPECT_FALSE(resumer.has_value());
}

TEST(Suspend, ACancelBetweenResumeAndLoopWakesItOnce) {
  FakeExecutor executor;
  std::optional<Resumer<int>> resumer;
  auto task =
      std::make_unique<Running<MaybeInt>>(executor, SuspendAndKeep(resumer));
  resumer->Resume(5);
  task->Cancel();
  ASSERT_TRUE(task->done());
  // The value was there, only the loop had not come to it.
  EXPECT_EQ(task->Result(), 5);
  task.reset();
  resumer.reset();
  EXPECT_EQ(executor.RunPosted(), 1u);  // finds nobody
}

TEST(Suspend, AResumerMayOutliveEverything) {
  std::optional<Resumer<std::string>> resumer;
  {
    FakeExecutor executor;
    Running<void> task(
        executor,
        [](std::optional<Resumer<std::string>>& kept) -> TaskOf<void> {
          co_await Suspend<std::string>(
              [&](Resumer<std::string> given) { kept.emplace(given); });
        }(resumer));
    task.Cancel();
  }
  resumer->Resume("late");
}

TEST(Suspend, AResumerThatIsDroppedLeavesTheCallToItsCancel) {
  FakeExecutor executor;
  Running<MaybeInt> task(executor, []() -> TaskOf<MaybeInt> {
    const MaybeInt value = co_await Suspend<int>([](Resumer<int>) {});
    co_return value;
  }());
  EXPECT_FALSE(task.done());
  task.Cancel();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), std::nullopt);
}

TEST(Suspend, TakesValuesThatOnlyMove) {
  FakeExecutor executor;
  using Value = std::unique_ptr<int>;
  std::optional<Resumer<Value>> resumer;
  Running<int> task(
      executor, [](std::optional<Resumer<Value>>& kept) -> TaskOf<int> {
        std::optional<Value> value = co_await Suspend<Value>(
            [&](Resumer<Value> given) { kept.emplace(given); });
        co_return **value;
      }(resumer));
  resumer->Resume(std::make_unique<int>(9));
  executor.RunPosted();
  EXPECT_EQ(task.Result(), 9);
}

// Many threads resume one coroutine, and its call is given up at some time.
TEST(Suspend, ThreadsMayRaceWithEachOtherAndWithACancel) {
  for (int round = 0; round < 300; ++round) {
    FakeExecutor executor;
    std::optional<Resumer<int>> resumer;
    Running<MaybeInt> task(executor, SuspendAndKeep(resumer));
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([copy = *resumer, i] { copy.Resume(i); });
    }
    resumer.reset();
    if (round % 2 == 0) {
      task.Cancel();
    } else {
      while (!task.done()) executor.RunPosted();
    }
    ASSERT_TRUE(task.done());
    const MaybeInt value = task.Result();
    ASSERT_TRUE(value.has_value() || round % 2 == 0);
    EXPECT_LT(value.value_or(0), 3);
    for (std::thread& thread : threads) thread.join();
    EXPECT_LE(executor.RunPosted(), 1u);
  }
}

}  // namespace
}  // namespace hawkmount
