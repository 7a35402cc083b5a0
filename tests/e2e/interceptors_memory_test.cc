// Rates of a million callers: what may pass, by a clock that the test moves,
// and what the process takes for it, as the system sees it.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "handlers.h"
#include "hawkmount/interceptors/rate_limit.h"
#include "hawkmount/testing.h"

namespace e2e {
namespace {

using hawkmount::RateKey;
using hawkmount::RateLimit;
using hawkmount::testing::ManualClock;
using HelloContext =
    hawkmount::testing::TestContext<GreeterHandler::SayHelloContext>;
using namespace std::chrono_literals;

// What the process has in memory, in bytes.
size_t Resident() {
  size_t all = 0;
  size_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  EXPECT_GT(resident, 0u);
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

class ManyCallersTest : public testing::Test {
 protected:
  RateLimit Limit(double per_second, uint32_t burst) {
    return RateLimit(
        {.rate =
             {.per_second = per_second,
              .burst = burst,
              .key = RateKey::kMetadata,
              .metadata = "x-tenant"},
         .clock = [this] {
           return std::chrono::steady_clock::time_point(1h + clock_.now());
         }});
  }
  bool Passes(RateLimit& limit, uint64_t tenant) {
    HelloContext context(
        {.metadata = {{"x-tenant", std::to_string(tenant)}}, .app = &app_});
    const hawkmount::Decision decision = limit.Before(context);
    if (!decision.GoesOn()) {
      EXPECT_TRUE(absl::IsResourceExhausted(decision.status()));
    }
    return decision.GoesOn();
  }

  hawkmount::App app_{Quiet()};
  ManualClock clock_;
};

// Callers that never rest get the burst and the rate, to the token.
TEST_F(ManyCallersTest, GetWhatTheRateGives) {
  constexpr uint64_t kTenants = 64;
  constexpr int64_t kBurst = 10;
  RateLimit limit = Limit(50, kBurst);
  std::vector<int64_t> passed(kTenants);
  std::mt19937 random(1);
  int64_t refused = 0;
  int64_t calls = 0;
  // Never as long as a burst takes to come back.
  for (; clock_.now() < 30s; clock_.Advance(random() % 20'000 * 1us)) {
    for (uint64_t tenant = 0; tenant < kTenants; ++tenant) {
      // Until there is none left.
      do {
        ++calls;
      } while (Passes(limit, tenant) && ++passed[tenant] > 0);
      ++refused;
    }
    const int64_t due = kBurst + clock_.now() / 20ms;
    for (const int64_t each : passed) ASSERT_EQ(each, due);
  }
  EXPECT_GE(passed[0], 30 * 50);
  EXPECT_EQ(calls, refused + passed[0] * static_cast<int64_t>(kTenants));
  EXPECT_EQ(limit.buckets(), kTenants);
}

TEST_F(ManyCallersTest, TakeABoundedMemory) {
  constexpr uint64_t kKeys = 1'000'000;
  constexpr size_t kMiB = size_t{1} << 20;
  RateLimit limit = Limit(1, 1);
  EXPECT_TRUE(Passes(limit, 0));  // what a first call takes is no key's
  const size_t before = Resident();
  for (uint64_t i = 1; i < kKeys; ++i) ASSERT_TRUE(Passes(limit, i));
  EXPECT_EQ(limit.buckets(), kKeys);
  const size_t with_keys = Resident();
  // 32 MiB, as the guide says, and the table that was before a bigger one.
  EXPECT_LE(limit.memory(), 32 * kMiB + 256 * 1024);
  EXPECT_LE(with_keys - std::min(before, with_keys), 56 * kMiB);
  // They are all known.
  for (uint64_t i = 0; i < kKeys; i += 97) ASSERT_FALSE(Passes(limit, i));
  // Three times as many that nobody saw before: nothing grows.
  clock_.Advance(1ms);
  for (uint64_t i = kKeys; i < 4 * kKeys; ++i) ASSERT_TRUE(Passes(limit, i));
  EXPECT_LE(limit.memory(), 48 * kKeys + 256 * 1024);
  EXPECT_LE(Resident(), with_keys + 24 * kMiB);
}

}  // namespace
}  // namespace e2e
