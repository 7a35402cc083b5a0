#include "system/trimmer.h"

#include <gtest/gtest.h>

#include <chrono>

namespace hawkmount::system {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr size_t kMib = size_t{1} << 20;

// A process of 20 MiB of which nothing is free.
class FakeProcess final : public Trimmer::Process {
 public:
  std::chrono::nanoseconds Taken() override { return taken; }
  size_t Resident() override { return resident; }
  Heap ReadHeap() override {
    ++reads;
    return heap;
  }
  void GiveBack() override {
    ++trims;
    // The allocator still counts what it gave back as free.
    resident = heap.in_use + 10 * kMib;
  }

  std::chrono::nanoseconds taken{0};
  size_t resident = 20 * kMib;
  Heap heap{.free = 0, .in_use = 10 * kMib};
  int reads = 0;
  int trims = 0;
};

class TrimmerTest : public testing::Test {
 protected:
  TrimmerTest() { trimmer_.Look(now_); }

  // Time passes with so many processors busy.
  void Pass(std::chrono::milliseconds time, double busy) {
    for (; time > 0ms; time -= 100ms) {
      now_ += 100ms;
      process_.taken +=
          std::chrono::nanoseconds(static_cast<int64_t>(busy * 1e8));
      trimmer_.Look(now_);
    }
  }

  // What calls took and freed.
  void Free(size_t bytes) {
    process_.resident += bytes;
    process_.heap.free += bytes;
  }

  FakeProcess process_;
  Trimmer trimmer_{process_};
  steady_clock::time_point now_ = steady_clock::now();
};

TEST_F(TrimmerTest, GivesBackWhatAFloodLeft) {
  Pass(20s, 0.1);
  Free(100 * kMib);
  Pass(5s, 1.5);
  EXPECT_EQ(process_.trims, 0) << "it was busy";
  Pass(4s, 0.1);
  EXPECT_EQ(process_.trims, 1);
  EXPECT_EQ(process_.resident, 20 * kMib);
}

TEST_F(TrimmerTest, OnceForOneFlood) {
  Pass(20s, 0.1);
  Free(100 * kMib);
  Pass(5s, 1.5);
  Pass(60s, 0.1);
  Pass(60s, 0.01);
  EXPECT_EQ(process_.trims, 1) << "what it gave back is free for ever";
}

TEST_F(TrimmerTest, NotUnderASteadyLoad) {
  for (int i = 0; i < 60; ++i) {
    Free(10 * kMib);
    Pass(4s, i % 2 == 0 ? 1.0 : 0.6);
  }
  EXPECT_EQ(process_.trims, 0);
}

TEST_F(TrimmerTest, NotWhatIsInUse) {
  Pass(4s, 1.5);
  process_.resident += 100 * kMib;
  process_.heap.in_use += 100 * kMib;
  process_.heap.free += 4 * kMib;
  Pass(60s, 0.1);
  EXPECT_EQ(process_.trims, 0);
  // Until that is freed.
  process_.heap.in_use -= 100 * kMib;
  process_.heap.free += 100 * kMib;
  Pass(12s, 0.1);
  EXPECT_EQ(process_.trims, 1);
}

TEST_F(TrimmerTest, NotForALittle) {
  Pass(4s, 1.5);
  Free(Trimmer::kLeast - 1);
  const int reads = process_.reads;
  Pass(60s, 0.1);
  EXPECT_EQ(process_.trims, 0);
  EXPECT_EQ(process_.reads, reads) << "the heap is not read in vain";
  Free(1);
  Pass(4s, 0.1);
  EXPECT_EQ(process_.trims, 1);
}

TEST_F(TrimmerTest, SeldomWhenFloodsFollowEachOther) {
  for (int second = 0; second < 100; second += 4) {
    Free(50 * kMib);
    Pass(2s, 1.5);
    Pass(2s, 0.1);
  }
  EXPECT_GE(process_.trims, 5);
  EXPECT_LE(process_.trims, 10);
}

TEST_F(TrimmerTest, NothingIsFreeForAnotherAllocator) {
  Pass(4s, 1.5);
  process_.resident += 100 * kMib;
  process_.heap = {};
  Pass(60s, 0.1);
  EXPECT_EQ(process_.trims, 0);
}

}  // namespace
}  // namespace hawkmount::system
