// Token buckets: their arithmetic, and that their memory is bounded (H81,
// P-B4, H-B21).

#include "interceptors/buckets.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "interceptors/keyed_hash.h"

namespace hawkmount::interceptors {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

// Spreads small numbers over all bits.
uint64_t Key(uint64_t number) {
  static const KeyedHash hash(1, 2);
  return hash({reinterpret_cast<const char*>(&number), sizeof(number)});
}

TEST(BucketSizeTest, AnIntervalIsRoundedUpAndABurstIsAtLeastOne) {
  EXPECT_EQ(MakeBucketSize(10, 0).interval, kSecond / 10);
  EXPECT_EQ(MakeBucketSize(10, 0).burst, 10);
  EXPECT_EQ(MakeBucketSize(10, 25).burst, 25);
  EXPECT_EQ(MakeBucketSize(3, 1).interval, 333'333'334);
  EXPECT_EQ(MakeBucketSize(1e9, 1).interval, 1);
  EXPECT_EQ(MakeBucketSize(1e12, 1).interval, 1);
  EXPECT_EQ(MakeBucketSize(0.5, 0).interval, 2 * kSecond);
  EXPECT_EQ(MakeBucketSize(0.5, 0).burst, 1);
  EXPECT_EQ(MakeBucketSize(1e-6, 0).interval, 1'000'000 * kSecond);
  EXPECT_EQ(MakeBucketSize(1e-30, 7).burst, 1);
  // Nothing overflows: what is held is full in 73 years at the latest.
  const BucketSize most = MakeBucketSize(1e-6, UINT32_MAX);
  EXPECT_LE(most.burst, INT64_MAX / 4 / most.interval);
}

TEST(BucketsTest, TokensComeBackOneByOne) {
  Buckets buckets(100);
  const BucketSize size = MakeBucketSize(10, 3);
  const int64_t tick = kSecond / 10;
  const int64_t start = 5 * kSecond;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(buckets.Take(7, size, start), 0);
  EXPECT_EQ(buckets.Take(7, size, start), tick);
  EXPECT_EQ(buckets.Take(7, size, start + tick - 1), 1);
  EXPECT_EQ(buckets.Take(7, size, start + tick), 0);
  EXPECT_EQ(buckets.Take(7, size, start + tick), tick);
  // Another key has a bucket of its own.
  EXPECT_EQ(buckets.Take(8, size, start), 0);
  // However long it waits, it holds no more than its burst.
  for (int i = 0; i < 3; ++i) EXPECT_EQ(buckets.Take(7, size, 900 * start), 0);
  EXPECT_EQ(buckets.Take(7, size, 900 * start), tick);
}

TEST(BucketsTest, RatesBelowOneASecondLetCallsPass) {
  Buckets buckets(100);
  const BucketSize size = MakeBucketSize(0.5, 0);
  int passed = 0;
  for (int64_t now = 0; now < 100 * kSecond; now += kSecond / 4) {
    if (buckets.Take(1, size, now) == 0) ++passed;
  }
  EXPECT_EQ(passed, 50);
}

// Beside buckets that are counted the plain way, in tokens.
TEST(BucketsTest, IsWhatTokensComeTo) {
  struct Plain {
    int64_t tokens_in_ns;
    int64_t at = 0;
  };
  const BucketSize size = MakeBucketSize(1000, 5);
  const int64_t full = size.burst * size.interval;
  std::map<uint64_t, Plain> plain;
  Buckets buckets(1000);
  std::mt19937_64 random(1);
  int64_t now = 1;
  for (int i = 0; i < 300'000; ++i) {
    now += static_cast<int64_t>(random() % 20'000);
    const uint64_t key = Key(random() % 50);
    Plain& bucket = plain.try_emplace(key, Plain{full}).first->second;
    bucket.tokens_in_ns = std::min(full, bucket.tokens_in_ns + now - bucket.at);
    bucket.at = now;
    const int64_t wait =
        std::max<int64_t>(0, size.interval - bucket.tokens_in_ns);
    if (wait == 0) bucket.tokens_in_ns -= size.interval;
    ASSERT_EQ(buckets.Take(key, size, now), wait) << i;
  }
}

TEST(BucketsTest, AMillionKeysAreToldApartInTheirMemory) {
  constexpr uint64_t kKeys = 1'000'000;
  Buckets buckets(kKeys);
  const BucketSize size = MakeBucketSize(1, 1);
  for (uint64_t i = 0; i < kKeys; ++i)
    ASSERT_EQ(buckets.Take(Key(i), size, 1), 0);
  EXPECT_EQ(buckets.count(), kKeys);
  EXPECT_LE(buckets.memory(), kKeys * 48 + 256 * 1024);
  for (uint64_t i = 0; i < kKeys; ++i)
    ASSERT_GT(buckets.Take(Key(i), size, 1), 0);
  // Five times as many: the memory stays, and those that were there go.
  for (uint64_t i = kKeys; i < 6 * kKeys; ++i) {
    ASSERT_EQ(buckets.Take(Key(i), size, 2), 0);
  }
  EXPECT_LE(buckets.memory(), kKeys * 48 + 256 * 1024);
  EXPECT_LE(buckets.count(), 2 * kKeys);
}

TEST(BucketsTest, FullOnesGoFirst) {
  Buckets buckets(64 * 100);
  const BucketSize slow = MakeBucketSize(0.001, 1);
  const BucketSize fast = MakeBucketSize(1'000'000, 1);
  for (uint64_t i = 0; i < 3000; ++i)
    EXPECT_EQ(buckets.Take(Key(i), slow, 1), 0);
  int64_t now = 1;
  for (uint64_t i = 3000; i < 300'000; ++i) {
    now += 1000;
    EXPECT_EQ(buckets.Take(Key(i), fast, now), 0);
  }
  for (uint64_t i = 0; i < 3000; ++i)
    EXPECT_GT(buckets.Take(Key(i), slow, now), 0);
}

TEST(BucketsTest, FewKeysTakeLittle) {
  Buckets buckets(1'000'000);
  const BucketSize size = MakeBucketSize(1, 1);
  for (int64_t second = 1; second < 1'000; ++second) {
    for (uint64_t i = 0; i < 100; ++i) {
      const auto key = Key(static_cast<uint64_t>(second) * 100 + i);
      EXPECT_EQ(buckets.Take(key, size, second * kSecond), 0);
    }
  }
  EXPECT_LT(buckets.memory(), 64u * 1024);
}

// The vectors that the authors of SipHash give.
TEST(KeyedHashTest, IsSipHash) {
  const KeyedHash hash(0x0706050403020100u, 0x0f0e0d0c0b0a0908u);
  std::string text;
  for (char i = 0; i < 15; ++i) text += i;
  EXPECT_EQ(hash(text), 0xa129ca6149be45e5u);
  EXPECT_EQ(hash(""), 0x726fdb47dd0e0e31u);
}

}  // namespace
}  // namespace hawkmount::interceptors
