#include "observe/history.h"

#include <gtest/gtest.h>

#include "absl/status/status.h"
#include "observe/quantile.h"

namespace hawkmount::observe {
namespace {

using namespace std::chrono_literals;

const History::Clock::time_point kStart(1000h);

// `calls` that took a millisecond each, of which some failed.
MethodSnapshot Method(uint64_t calls, uint64_t internal = 0) {
  MethodSnapshot method;
  method.path = "/a.B/C";
  method.started = calls;
  method.ended = calls;
  method.handled[0] = calls - internal;
  method.handled[static_cast<size_t>(absl::StatusCode::kInternal)] = internal;
  method.latency.cells[codegen::LatencyCell(1'000'000)] = calls;
  method.latency.sum = calls * 1'000'000;
  return method;
}

TEST(HistoryTest, WhatIsAnErrorDependsOnWhoLooks) {
  MethodSnapshot method;
  for (size_t i = 0; i < method.handled.size(); ++i) method.handled[i] = 1 << i;
  method.ended = (1 << 17) - 1;
  EXPECT_EQ(
      Errors(Side::kServer, method),
      1u << 2 | 1 << 4 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 15);
  EXPECT_EQ(Errors(Side::kClient, method), method.ended - 1);
}

TEST(HistoryTest, TellsTheLastMinuteAndTheRates) {
  MethodSnapshot now = Method(100);
  History history(Side::kServer, [&] { return std::vector{now}; });
  // 10 calls a second; the last of which fail.
  for (uint64_t i = 0; i < 200; ++i) {
    now = Method(100 + 50 * i, i > 190 ? i - 190 : 0);
    history.Sample(kStart + 5s * i);
  }
  const Trend trend = history.TrendOf(now, kStart + 5s * 199);
  EXPECT_EQ(trend.seconds, 55);
  EXPECT_EQ(trend.started, 550u);
  EXPECT_EQ(trend.ended, 550u);
  EXPECT_EQ(trend.errors, 9u);
  EXPECT_EQ(trend.latency.Count(), 550u);
  EXPECT_EQ(trend.latency.sum, 550'000'000u);
  ASSERT_EQ(trend.rates.size(), History::kSamples);
  for (const double rate : trend.rates) EXPECT_EQ(rate, 10);
}

TEST(HistoryTest, AMethodThatCameLaterBeganWithNothing) {
  std::vector<MethodSnapshot> all;
  History history(Side::kServer, [&] { return all; });
  history.Sample(kStart);
  history.Sample(kStart + 5s);
  all.push_back(Method(7));
  Trend trend = history.TrendOf(all[0], kStart + 7s);
  EXPECT_EQ(trend.started, 7u);
  EXPECT_EQ(trend.seconds, 7);
  EXPECT_TRUE(trend.rates.empty());
  history.Sample(kStart + 10s);
  history.Sample(kStart + 15s);
  trend = history.TrendOf(all[0], kStart + 15s);
  EXPECT_EQ(trend.started, 7u);
  EXPECT_EQ(trend.rates, std::vector<double>{0});
}

TEST(HistoryTest, OneCallRightAfterTheStartIsNoLargeRate) {
  History history(Side::kServer, [] { return std::vector{Method(3)}; });
  history.Sample(kStart);
  const Trend trend = history.TrendOf(Method(4), kStart + 1ms);
  EXPECT_EQ(trend.started, 1u);
  EXPECT_EQ(trend.seconds, 1);
}

TEST(QuantileTest, SpreadsACellEvenly) {
  Durations durations;
  EXPECT_EQ(Quantile(durations, 0.5), 0);
  durations.cells[0] = 100;  // up to 10 us
  EXPECT_DOUBLE_EQ(Quantile(durations, 0.5), 5'000);
  EXPECT_DOUBLE_EQ(Quantile(durations, 0.99), 9'900);
  durations.cells[1] = 100;  // up to 50 us
  EXPECT_DOUBLE_EQ(Quantile(durations, 0.5), 10'000);
  EXPECT_DOUBLE_EQ(Quantile(durations, 0.75), 30'000);
  EXPECT_DOUBLE_EQ(Quantile(durations, 1), 50'000);
  durations.cells.back() = 1'000;
  EXPECT_DOUBLE_EQ(Quantile(durations, 0.99), 100e9);
}

}  // namespace
}  // namespace hawkmount::observe
