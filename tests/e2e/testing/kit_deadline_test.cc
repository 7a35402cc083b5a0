// Deadlines that interceptors set, tried without a network and without waiting.

#include <gtest/gtest.h>

#include <chrono>

#include "handlers.h"
#include "hawkmount/await.h"
#include "hawkmount/interceptors/deadline_policy.h"
#include "hawkmount/testing.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::Context;
using hawkmount::DeadlinePolicy;
using hawkmount::Task;
using hawkmount::testing::ManualClock;
using hawkmount::testing::TestContext;
using hawkmount::testing::TestTask;
using std::chrono::system_clock;
using HelloContext = TestContext<GreeterHandler::SayHelloContext>;
using SayHelloContext = GreeterHandler::SayHelloContext;

TEST(KitDeadlineTest, APolicyIsTriedAlone) {
  const DeadlinePolicy policy({.default_deadline = 2000s, .maximum = 3000s});
  HelloContext without;
  SayHelloContext& first = without;
  EXPECT_TRUE(policy.Before(first).ok());
  EXPECT_LE(first.deadline(), system_clock::now() + 2000s);
  EXPECT_GT(first.deadline(), system_clock::now() + 1000s);
  HelloContext longer({.timeout = 5000s});
  SayHelloContext& second = longer;
  EXPECT_TRUE(policy.Before(second).ok());
  EXPECT_LE(second.deadline(), system_clock::now() + 3000s);
  HelloContext shorter({.timeout = 1000s});
  SayHelloContext& third = shorter;
  EXPECT_TRUE(policy.Before(third).ok());
  EXPECT_LE(third.deadline(), system_clock::now() + 1000s);
  EXPECT_FALSE(third.IsCancelled());
}

TEST(KitDeadlineTest, ABlockingCallEndsInRealTime) {
  HelloContext context;
  context.call().ShortenDeadline(-1s);
  SayHelloContext& call = context;
  EXPECT_TRUE(call.IsCancelled());
  EXPECT_LE(call.deadline(), system_clock::now());
}

Task SleepLong() {
  const bool slept = co_await hawkmount::Sleep(100h);
  co_return slept ? absl::OkStatus() : absl::CancelledError("");
}

// When a task that sleeps is given up.
std::chrono::nanoseconds EndOf(HelloContext& context, Task task) {
  ManualClock clock;
  TestTask running(clock, context, std::move(task));
  while (!running.done()) clock.AdvanceToNext();
  EXPECT_TRUE(absl::IsCancelled(running.Result()));
  return clock.now();
}

TEST(KitDeadlineTest, ACoroutineEndsByItsClock) {
  HelloContext without;
  without.call().ShortenDeadline(10s);
  without.call().ShortenDeadline(20s);
  EXPECT_EQ(EndOf(without, SleepLong()), 10s);
  HelloContext longer({.timeout = 1h});
  longer.call().ShortenDeadline(10s);
  EXPECT_EQ(EndOf(longer, SleepLong()), 10s);
  HelloContext shorter({.timeout = 5s});
  shorter.call().ShortenDeadline(10s);
  EXPECT_EQ(EndOf(shorter, SleepLong()), 5s);
}

Task ShortenLater(Context& context, std::chrono::nanoseconds left) {
  bool slept = co_await hawkmount::Sleep(1s);
  EXPECT_TRUE(slept);
  context.ShortenDeadline(left);
  slept = co_await hawkmount::Sleep(100h);
  co_return slept ? absl::OkStatus() : absl::CancelledError("");
}

TEST(KitDeadlineTest, ItIsShortenedWhileItRuns) {
  HelloContext without;
  SayHelloContext& first = without;
  EXPECT_EQ(EndOf(without, ShortenLater(first, 5s)), 6s);
  HelloContext longer({.timeout = 10s});
  SayHelloContext& second = longer;
  EXPECT_EQ(EndOf(longer, ShortenLater(second, 5s)), 6s);
  HelloContext shorter({.timeout = 3s});
  SayHelloContext& third = shorter;
  EXPECT_EQ(EndOf(shorter, ShortenLater(third, 5s)), 3s);
}

}  // namespace
}  // namespace e2e
