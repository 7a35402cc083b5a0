#include "observe/recent_calls.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace hawkmount::observe {
namespace {

using namespace std::chrono_literals;

const std::chrono::system_clock::time_point kStart(1'000'000h);

RecentCall Call(
    uint64_t duration,
    std::chrono::seconds after = 0s,
    absl::StatusCode code = absl::StatusCode::kOk) {
  return {
      .time = kStart + after,
      .method = "/a.B/C",
      .peer = "ipv4:192.0.2.7:1",
      .request_id = std::to_string(duration),
      .trace_id = "",
      .code = code,
      .duration_ns = duration,
      .slow = false};
}

TEST(RecentCallsTest, KeepsTheLastFailedOnes) {
  RecentCalls recent;
  for (uint64_t i = 0; i < 100; ++i) {
    recent.Add(Call(i, 0s, absl::StatusCode::kInternal));
    recent.Add(Call(1000 + i));
  }
  const std::vector<RecentCall> failed = recent.Failed();
  ASSERT_EQ(failed.size(), RecentCalls::kKept);
  EXPECT_EQ(failed.front().request_id, "99");
  EXPECT_EQ(failed.back().request_id, "36");
}

TEST(RecentCallsTest, KeepsTheSlowestOnes) {
  RecentCalls recent;
  for (uint64_t i = 0; i < 1000; ++i) recent.Add(Call(i * 7919 % 1000));
  const std::vector<RecentCall> slowest = recent.Slowest();
  ASSERT_EQ(slowest.size(), RecentCalls::kKept);
  for (size_t i = 0; i < slowest.size(); ++i) {
    EXPECT_EQ(slowest[i].duration_ns, 999 - i);
  }
}

TEST(RecentCallsTest, SlowCallsAgeUntilTheirPlaceIsFree) {
  RecentCalls recent;
  for (uint64_t i = 0; i < 64; ++i) recent.Add(Call(1000 + i));
  recent.Add(Call(1, 600s));
  EXPECT_EQ(recent.Slowest().back().duration_ns, 1000u);
  recent.Add(Call(2, 601s));
  const std::vector<RecentCall> slowest = recent.Slowest();
  ASSERT_EQ(slowest.size(), 1u);
  EXPECT_EQ(slowest[0].duration_ns, 2u);
}

TEST(RecentCallsTest, WantsWhatItWouldKeep) {
  RecentCalls recent;
  EXPECT_EQ(recent.WantedFrom(kStart), 0u);
  for (uint64_t i = 0; i < 64; ++i) recent.Add(Call(1000 + i));
  EXPECT_EQ(recent.WantedFrom(kStart), 1001u);
  EXPECT_EQ(recent.WantedFrom(kStart + 600s), 1001u);
  EXPECT_EQ(recent.WantedFrom(kStart + 601s), 0u);
}

TEST(RecentCallsTest, AnyThreadMayAddAndRead) {
  RecentCalls recent;
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&recent, t] {
      for (uint64_t i = 0; i < 500; ++i) {
        if (i * 4 + t >= recent.WantedFrom(kStart)) {
          recent.Add(Call(i * 4 + t, 0s, absl::StatusCode::kInternal));
        }
        if (i % 50 == 0) (void)recent.Slowest();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(recent.Failed().size(), RecentCalls::kKept);
  EXPECT_EQ(recent.Slowest().front().duration_ns, 1999u);
  EXPECT_EQ(recent.Slowest().back().duration_ns, 1936u);
}

}  // namespace
}  // namespace hawkmount::observe
