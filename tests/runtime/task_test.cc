#include "hawkmount/task.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "fake_executor.h"
#include "hawkmount/await.h"

namespace hawkmount {
namespace {

using namespace std::chrono_literals;

TaskOf<int> Give(int value) { co_return value; }

TaskOf<int> SumTo(int n) {
  if (n == 0) co_return 0;
  const int rest = co_await SumTo(n - 1);
  co_return rest + n;
}

TEST(Task, BeginsWhenItIsAwaitedAndNotBefore) {
  FakeExecutor executor;
  bool begun = false;
  const auto inner = [&]() -> TaskOf<int> {
    begun = true;
    co_return 1;
  };
  const auto outer = [&]() -> TaskOf<int> {
    TaskOf<int> task = inner();
    EXPECT_FALSE(begun);
    const int value = co_await task;
    EXPECT_TRUE(begun);
    co_return value;
  };
  Running<int> task(executor, outer());
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), 1);
}

TEST(Task, OneThatIsNeverAwaitedNeverRuns) {
  bool begun = false;
  const auto function = [&]() -> TaskOf<int> {
    begun = true;
    co_return 1;
  };
  { TaskOf<int> task = function(); }
  EXPECT_FALSE(begun);
}

TEST(Task, AFunctionMayReturnItsResultAsItIs) {
  FakeExecutor executor;
  const auto plain = []() -> Task { return absl::NotFoundError("x"); };
  Task task = plain();
  EXPECT_TRUE(task.ready());
  EXPECT_FALSE(task.handle());
  EXPECT_TRUE(absl::IsNotFound(task.TakeResult()));
  Running<int> awaited(executor, []() -> TaskOf<int> {
    const int value = co_await TaskOf<int>(5);
    co_return value;
  }());
  EXPECT_EQ(awaited.Result(), 5);
}

// g++ needs optimisation to go from task to task without the stack, and has
// none of that with sanitizers.
TEST(Task, DeepNestsNeedNoStack) {
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
  constexpr int kDepth = 10'000;
#else
  constexpr int kDepth = 100;
#endif
  FakeExecutor executor;
  Running<int> task(executor, SumTo(kDepth));
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), kDepth * (kDepth + 1) / 2);
}

TEST(Task, ExceptionsPassFromTaskToTask) {
  FakeExecutor executor;
  const auto thrower = []() -> TaskOf<int> {
    co_await Sleep(1ms);
    throw std::runtime_error("inside");
  };
  const auto catcher = [&]() -> TaskOf<std::string> {
    std::string caught;
    try {
      co_await thrower();
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
    co_return caught;
  };
  Running<std::string> task(executor, catcher());
  executor.Advance(1s);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), "inside");

  Running<int> uncaught(executor, thrower());
  executor.Advance(1s);
  ASSERT_TRUE(uncaught.done());
  EXPECT_THROW(uncaught.Result(), std::runtime_error);
}

TEST(Task, ExceptionsOfVoidTasksPassToo) {
  FakeExecutor executor;
  Running<void> task(executor, []() -> TaskOf<void> {
    co_await Sleep(1ms);
    throw 1;
  }());
  executor.Advance(1s);
  ASSERT_TRUE(task.done());
  EXPECT_THROW(task.Result(), int);
}

TEST(Task, TasksMoveAndKeepWhatTheyHold) {
  FakeExecutor executor;
  TaskOf<std::unique_ptr<int>> first = []() -> TaskOf<std::unique_ptr<int>> {
    co_return std::make_unique<int>(3);
  }();
  TaskOf<std::unique_ptr<int>> second = std::move(first);
  TaskOf<std::unique_ptr<int>> third(std::make_unique<int>(0));
  third = std::move(second);
  Running<std::unique_ptr<int>> task(executor, std::move(third));
  EXPECT_EQ(*task.Result(), 3);
}

TEST(Task, VariablesGoWithTheirCoroutine) {
  FakeExecutor executor;
  auto held = std::make_shared<int>(0);
  const auto holder = [](std::shared_ptr<int> value) -> TaskOf<long> {
    co_await Sleep(1ms);
    co_return value.use_count();
  };
  {
    Running<long> task(executor, holder(held));
    EXPECT_EQ(held.use_count(), 2);
    executor.Advance(1s);
    EXPECT_TRUE(task.done());
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Task, AwaitsManyInARow) {
  FakeExecutor executor;
  Running<int> task(executor, []() -> TaskOf<int> {
    int sum = 0;
    for (int i = 0; i < 1000; ++i) sum += co_await Give(i);
    co_return sum;
  }());
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), 499'500);
}

}  // namespace
}  // namespace hawkmount
