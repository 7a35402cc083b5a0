// A limit that finds itself (H83): its arithmetic, and calls inside of it, in
// both styles.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "hawkmount/error_details.h"
#include "hawkmount/interceptors/adaptive_concurrency.h"
#include "interceptors/gradient_limit.h"
#include "limited.h"
#include "oracle.h"

namespace e2e {
namespace {

using hawkmount::AdaptiveConcurrency;
using hawkmount::CallOptions;
using hawkmount::interceptors::GradientLimit;
using namespace std::chrono_literals;

constexpr GradientLimit::TimePoint kStart{1h};

// As many calls as may be, all of which take so long.
void Fill(
    GradientLimit& limit,
    std::chrono::nanoseconds time,
    GradientLimit::TimePoint now = kStart) {
  int entered = 0;
  while (limit.Enter()) ++entered;
  while (entered-- > 0) limit.Leave(time, now);
}

TEST(GradientLimitTest, LetsInAsManyAsItIs) {
  GradientLimit limit({});
  int entered = 0;
  while (limit.Enter()) ++entered;
  EXPECT_EQ(entered, 50);
  EXPECT_EQ(limit.in_flight(), 50u);
  limit.Leave();
  EXPECT_TRUE(limit.Enter());
  EXPECT_FALSE(limit.Enter());
  EXPECT_EQ(limit.limit(), 50u);
}

TEST(GradientLimitTest, OneStepIsTheFormula) {
  GradientLimit limit({.initial = 100});
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(limit.Enter());
  limit.Leave(150ms, kStart);
  // The shortest of the window is 150 ms itself: gradient 1.
  EXPECT_EQ(limit.limit(), 101u);
  limit.Leave(300ms, kStart);
  // 0.9 * 101 + 0.1 * (0.5 * 101 + 10) = 96.95
  EXPECT_EQ(limit.limit(), 96u);
}

TEST(GradientLimitTest, StaysWithinItsEnds) {
  GradientLimit limit({.initial = 20, .minimum = 10, .maximum = 60});
  for (int i = 0; i < 100; ++i) Fill(limit, 1ms);
  EXPECT_EQ(limit.limit(), 60u);
  for (int i = 0; i < 100; ++i) Fill(limit, 10s);
  EXPECT_EQ(limit.limit(), 10u);
}

TEST(GradientLimitTest, CallsWithinTheTargetAreNoSignOfTooMany) {
  GradientLimit limit({.initial = 20, .maximum = 60});
  Fill(limit, 1us);
  for (int i = 0; i < 100; ++i) Fill(limit, 100ms);
  EXPECT_EQ(limit.limit(), 60u);
}

TEST(GradientLimitTest, DoesNotGrowUnused) {
  GradientLimit limit({.initial = 20});
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(limit.Enter());
    limit.Leave(1ms, kStart);
  }
  EXPECT_EQ(limit.limit(), 20u);
}

// What was quick once is not asked of a server for ever.
TEST(GradientLimitTest, ForgetsTheShortestTime) {
  GradientLimit limit({.initial = 100, .target = 1ms});
  Fill(limit, 1ms);
  for (int i = 0; i < 20; ++i) Fill(limit, 50ms, kStart + 1s);
  const size_t low = limit.limit();
  EXPECT_LT(low, 30u);
  for (int i = 0; i < 20; ++i) Fill(limit, 50ms, kStart + 31s);
  EXPECT_GT(limit.limit(), 100u);
}

TEST(GradientLimitTest, OptionsThatMakeNoSenseAreMended) {
  GradientLimit limit(
      {.initial = 0, .minimum = 0, .maximum = 0, .smoothing = 7});
  EXPECT_EQ(limit.limit(), 1u);
  EXPECT_TRUE(limit.Enter());
  EXPECT_FALSE(limit.Enter());
  limit.Leave(0ns, kStart);
  EXPECT_EQ(limit.limit(), 1u);
}

template <class Handler>
class AdaptiveConcurrencyTest : public testing::Test {};
using Handlers = testing::Types<BlockingLimited, CoroutineLimited>;
TYPED_TEST_SUITE(AdaptiveConcurrencyTest, Handlers);

TYPED_TEST(AdaptiveConcurrencyTest, AsManyCallsAsMay) {
  AdaptiveConcurrency adaptive({.initial = 8, .minimum = 8, .maximum = 8});
  TypeParam handler;
  hawkmount::App app(Quiet());
  auto& mount = app.Mount(
      LimitedMount(handler, adaptive), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  Ledger ledger;
  const auto call = [&](const std::string& text, CallOptions options) {
    const absl::Status status =
        CallLimited(LimitedClientOf(mount.port()), "Untimed", text, options);
    ledger.Add(LimitedPath("Untimed"), status);
    return status;
  };
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&] {
      const absl::Status status = call("stuck", {.timeout = 120s});
      if (status.ok()) return;
      EXPECT_EQ(
          status.message(),
          "the server has as many calls under way as it can take: 8");
      EXPECT_EQ(hawkmount::RetryInfoOf(status).value().delay, 1s);
      ++refused;
    });
  }
  const std::string overloaded = LimitedSeries(
      "requests_rejected_total", "Untimed", "reason=\"overloaded\"");
  ExpectSoon(app, overloaded, 24);
  handler.gate.WaitForEntered(8);
  EXPECT_EQ(adaptive.in_flight(), 8u);
  handler.gate.Open();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused, 24);
  EXPECT_EQ(handler.running.most(), 8);
  // Whatever ends a call gives its place back.
  EXPECT_FALSE(call("throw", {.timeout = 50ms}).ok());
  CheckTruth(app, ledger, {LimitedPath("Untimed")});
  EXPECT_EQ(adaptive.in_flight(), 0u);
  EXPECT_TRUE(app.Shutdown(5s).ok());
}

}  // namespace
}  // namespace e2e
