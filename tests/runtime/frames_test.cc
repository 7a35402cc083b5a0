#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "hawkmount/codegen/executor.h"

namespace hawkmount::codegen {
namespace {

TEST(Frames, AreAlignedAndOfTheSizeAskedFor) {
  std::vector<std::pair<void*, size_t>> frames;
  for (size_t size = 17; size < 10'000; size += 61) {
    void* frame = AllocateFrame(size);
    ASSERT_NE(frame, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(frame) % alignof(max_align_t), 0u);
    std::memset(frame, static_cast<int>(size), size);
    frames.emplace_back(frame, size);
  }
  // None lies over another.
  for (const auto& [frame, size] : frames) {
    const auto* bytes = static_cast<const unsigned char*>(frame);
    EXPECT_EQ(bytes[0], static_cast<unsigned char>(size));
    EXPECT_EQ(bytes[size - 1], static_cast<unsigned char>(size));
  }
  for (const auto& [frame, size] : frames) FreeFrame(frame, size);
}

TEST(Frames, OneThatWasFreedIsUsedAgain) {
  void* first = AllocateFrame(300);
  FreeFrame(first, 300);
  // Sizes of one class share their memory, the largest as well.
  void* second = AllocateFrame(512);
  EXPECT_EQ(first, second);
  void* third = AllocateFrame(512);
  EXPECT_NE(second, third);
  std::memset(second, 1, 512);
  FreeFrame(second, 512);
  FreeFrame(third, 512);
}

TEST(Frames, OfDifferentClassesAreKeptApart) {
  void* small = AllocateFrame(256);
  FreeFrame(small, 256);
  void* large = AllocateFrame(257);
  EXPECT_NE(small, large);
  std::memset(large, 1, 257);
  FreeFrame(large, 257);
}

TEST(Frames, OnlySomeAreKept) {
  constexpr size_t kMany = 500;
  std::vector<void*> frames;
  for (size_t i = 0; i < kMany; ++i) frames.push_back(AllocateFrame(1000));
  EXPECT_EQ(std::set<void*>(frames.begin(), frames.end()).size(), kMany);
  for (void* frame : frames) FreeFrame(frame, 1000);
  for (size_t i = 0; i < kMany; ++i) frames[i] = AllocateFrame(1000);
  EXPECT_EQ(std::set<void*>(frames.begin(), frames.end()).size(), kMany);
  for (void* frame : frames) FreeFrame(frame, 1000);
}

TEST(Frames, OneMayBeFreedOnAnotherThread) {
  for (int round = 0; round < 20; ++round) {
    std::vector<void*> frames;
    for (int i = 0; i < 100; ++i) frames.push_back(AllocateFrame(700));
    std::thread([&] {
      for (void* frame : frames) FreeFrame(frame, 700);
      // Some are there for this thread now; the rest went back.
      void* mine = AllocateFrame(700);
      std::memset(mine, 1, 700);
      FreeFrame(mine, 700);
    }).join();
  }
}

}  // namespace
}  // namespace hawkmount::codegen
