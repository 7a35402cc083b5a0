// I18: time that a test moves.

#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "handlers.h"
#include "hawkmount/await.h"
#include "hawkmount/interceptors/deadline_policy.h"
#include "hawkmount/interceptors/rate_limit.h"
#include "hawkmount/testing.h"
#include "kit_messages.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::testing::ManualClock;
using hawkmount::testing::RunTask;
using hawkmount::testing::TestContext;
using hawkmount::testing::TestServer;
using hawkmount::testing::TestTask;
using HelloContext = TestContext<GreeterHandler::SayHelloContext>;

hawkmount::Task SleepTwice(int& slept) {
  const bool first = co_await hawkmount::Sleep(10s);
  slept += first;
  const bool second = co_await hawkmount::Sleep(1h);
  slept += second;
  co_return absl::OkStatus();
}

TEST(ManualClockTest, SleepsEndToTheNanosecond) {
  int slept = 0;
  ManualClock clock;
  TestTask task(clock, SleepTwice(slept));
  clock.Advance(10s - 1ns);
  EXPECT_EQ(slept, 0);
  clock.Advance(1ns);
  EXPECT_EQ(slept, 1);
  clock.Advance(1h - 1ns);
  EXPECT_FALSE(task.done());
  clock.Advance(1ns);
  EXPECT_TRUE(task.done());
  EXPECT_EQ(slept, 2);
  EXPECT_EQ(clock.now(), 1h + 10s);
}

TEST(ManualClockTest, OneStepPassesAllSleepsOnTheWay) {
  int slept = 0;
  ManualClock clock;
  TestTask task(clock, SleepTwice(slept));
  clock.Advance(24h);
  EXPECT_TRUE(task.done());
  EXPECT_FALSE(clock.HasSleepers());
}

TEST(ManualClockTest, ADeadlineGivesTheCallUp) {
  CoroutineGreeter handler;
  ManualClock clock;
  HelloContext context({.timeout = 5s});
  SayHelloResponse response;
  const SayHelloRequest request = Named("wait");
  TestTask task(
      clock, context, handler.SayHelloAsync(context, request, response));
  clock.Advance(5s - 1ns);
  EXPECT_FALSE(task.done());
  EXPECT_FALSE(context->IsCancelled());
  clock.Advance(1ns);
  EXPECT_TRUE(task.done());
  EXPECT_TRUE(context->IsCancelled());
}

// A bucket of two that gets one a second: no time passes but the clock's.
TEST(ManualClockTest, MovesRates) {
  BlockingGreeter handler;
  ManualClock clock;
  const TestServer server(GreeterMount(
      handler,
      hawkmount::RateLimit(
          {.rate = {.per_second = 1, .burst = 2}, .clock = clock.steady()})));
  const GreeterClient client(server.channel());
  const auto passes = [&client] {
    return client.SayHello(Named("Ada"), {.timeout = 60s}).ok();
  };
  EXPECT_TRUE(passes());
  EXPECT_TRUE(passes());
  EXPECT_FALSE(passes());
  clock.Advance(1s - 1ns);
  EXPECT_FALSE(passes());
  clock.Advance(1ns);
  EXPECT_TRUE(passes());
  EXPECT_FALSE(passes());
  clock.Advance(1h);
  EXPECT_TRUE(passes());
  EXPECT_TRUE(passes());
  EXPECT_FALSE(passes());
}

// The time that a call has left, to the nanosecond.
TEST(ManualClockTest, MovesDeadlinesOfBlockingHandlers) {
  BlockingGreeter handler;
  ManualClock clock;
  GreeterChain<hawkmount::DeadlinePolicy> chain(
      handler,
      hawkmount::DeadlinePolicy({.minimum_left = 2s, .clock = clock.system()}));
  HelloContext context({.timeout = 5s, .clock = &clock});
  SayHelloResponse response;
  EXPECT_EQ(context->deadline(), clock.system()() + 5s);
  clock.Advance(3s);
  EXPECT_TRUE(chain.SayHello(context, Named("Ada"), response).ok());
  clock.Advance(1ns);
  EXPECT_EQ(
      chain.SayHello(context, Named("Ada"), response).code(),
      absl::StatusCode::kDeadlineExceeded);
  clock.Advance(2s - 2ns);
  EXPECT_FALSE(context->IsCancelled());
  clock.Advance(1ns);
  EXPECT_TRUE(context->IsCancelled());
}

TEST(ManualClockTest, ADeadlineEndsABlockingRead) {
  BlockingGreeter handler;
  ManualClock clock;
  TestContext<GreeterHandler::CollectContext> context(
      {.timeout = 1h, .clock = &clock});
  hawkmount::testing::TestStream<GreeterHandler::CollectStream> stream(context);
  CollectResponse response;
  std::jthread handling(
      [&] { EXPECT_TRUE(handler.Collect(context, stream, response).ok()); });
  clock.Advance(1h);
}

TEST(ManualClockTest, ATaskGoesByTheClockOfItsCall) {
  CoroutineGreeter handler;
  ManualClock clock;
  HelloContext context({.timeout = 5s, .clock = &clock});
  clock.Advance(4s);
  SayHelloResponse response;
  const SayHelloRequest request = Named("wait");
  TestTask task(
      clock, context, handler.SayHelloAsync(context, request, response));
  clock.Advance(1s - 1ns);
  EXPECT_FALSE(task.done());
  clock.Advance(1ns);
  EXPECT_TRUE(task.done());
}

TEST(ManualClockTest, ATaskThatIsNotDoneIsGivenUp) {
  int slept = 0;
  ManualClock clock;
  {
    TestTask task(clock, SleepTwice(slept));
    EXPECT_TRUE(clock.HasSleepers());
  }
  EXPECT_FALSE(clock.HasSleepers());
  EXPECT_EQ(slept, 0);
}

TEST(RunTaskTest, SleepsTakeNoTime) {
  int slept = 0;
  EXPECT_TRUE(RunTask(SleepTwice(slept)).ok());
  EXPECT_EQ(slept, 2);
}

TEST(RunTaskTest, TheFirstOfTwoWins) {
  const auto race = []() -> hawkmount::TaskOf<size_t> {
    const auto result =
        co_await hawkmount::WhenAny(hawkmount::Sleep(2s), hawkmount::Sleep(1s));
    co_return result.first;
  };
  EXPECT_EQ(RunTask(race()), 1);
}

TEST(RunTaskTest, BlockingFunctionsRunOnTheSameThread) {
  const auto run = []() -> hawkmount::TaskOf<bool> {
    const auto id = co_await hawkmount::RunBlocking(
        [] { return std::this_thread::get_id(); });
    co_return id.value() == std::this_thread::get_id();
  };
  EXPECT_TRUE(RunTask(run()));
}

TEST(RunTaskTest, AnotherThreadMayResume) {
  std::jthread other;
  const auto wait = [&]() -> hawkmount::TaskOf<int> {
    const std::optional<int> value =
        co_await hawkmount::Suspend<int>([&](hawkmount::Resumer<int> resumer) {
          other = std::jthread([resumer] { resumer.Resume(7); });
        });
    co_return value.value_or(0);
  };
  EXPECT_EQ(RunTask(wait()), 7);
}

}  // namespace
}  // namespace e2e
