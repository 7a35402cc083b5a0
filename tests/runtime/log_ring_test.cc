// The ring between an event thread and the log writer.

#include "observe/log_ring.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <cstring>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "fake_call.h"
#include "observe/log_record.h"
#include "observe/log_writer.h"

namespace hawkmount::observe {
namespace {

void Put(LogRing& ring, uint64_t number, size_t size) {
  char* place = ring.Begin(size);
  if (place == nullptr) return;
  std::memset(place, static_cast<int>(number & 255), size);
  std::memcpy(place, &number, sizeof(number));
  ring.Commit(size);
}

TEST(LogRing, WhatFindsNoRoomIsDroppedAndCounted) {
  LogRing ring(4096, std::make_shared<LogBell>());
  for (uint64_t i = 0; i < 100; ++i) Put(ring, i, 100);
  EXPECT_EQ(ring.dropped(), 100 - 4096 / 112);
  Put(ring, 0, 5000);
  EXPECT_EQ(ring.dropped(), 101 - 4096 / 112);
  uint64_t expected = 0;
  EXPECT_TRUE(ring.TakeOut([&](std::string_view record) {
    uint64_t number;
    std::memcpy(&number, record.data(), sizeof(number));
    EXPECT_EQ(number, expected++);
  }));
  EXPECT_FALSE(ring.TakeOut([](std::string_view) { FAIL(); }));
  EXPECT_EQ(expected, 4096u / 112);
  EXPECT_TRUE(ring.empty());
}

// Nothing is torn, doubled or out of order, whatever the sizes; what is
// missing was counted.
TEST(LogRing, AllThatIsPutInComesOutInOrder) {
  constexpr uint64_t kRecords = 200'000;
  LogRing ring(8192, std::make_shared<LogBell>());
  std::atomic<bool> over{false};
  std::thread writer([&] {
    for (uint64_t i = 0; i < kRecords; ++i) Put(ring, i, 8 + i * 7919 % 600);
    over = true;
  });
  uint64_t seen = 0;
  uint64_t last = 0;
  for (;;) {
    const bool end = over;
    const bool any = ring.TakeOut([&](std::string_view record) {
      uint64_t number;
      std::memcpy(&number, record.data(), sizeof(number));
      ASSERT_TRUE(seen == 0 || number > last);
      const size_t size = 8 + number * 7919 % 600;
      ASSERT_GE(record.size(), size);
      for (size_t i = 8; i < size; ++i) {
        ASSERT_EQ(static_cast<uint8_t>(record[i]), number & 255);
      }
      last = number;
      ++seen;
    });
    if (end && !any) break;
  }
  writer.join();
  EXPECT_EQ(seen + ring.dropped(), kRecords);
}

class CountingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  std::atomic<uint64_t> count{0};
  std::shared_future<void> gate;

 private:
  void sink_it_(const spdlog::details::log_msg&) override {
    if (gate.valid()) gate.wait();
    ++count;
  }
  void flush_() override {}
};

void PutRequest(LogRing& ring) {
  LogRecord record{};
  record.method = &kFakeMethod;
  record.id_low = 1;
  char* place = ring.Begin(sizeof(record));
  if (place == nullptr) return;
  std::memcpy(place, &record, sizeof(record));
  ring.Commit(sizeof(record));
}

// Also across the writer's sleeps, which begin while others write.
TEST(LogWriter, NoRecordIsForgotten) {
  auto sink = std::make_shared<CountingSink>();
  LogWriter writer(
      std::make_shared<spdlog::logger>("test", sink), LogFormat::kJson);
  ASSERT_TRUE(writer.Start().ok());
  constexpr int kThreads = 4;
  constexpr int kBursts = 30;
  uint64_t expected = 0;
  std::vector<std::shared_ptr<LogRing>> rings;
  for (int i = 0; i < kThreads; ++i) rings.push_back(writer.AddRing(1 << 20));
  std::vector<std::thread> threads;
  for (auto& ring : rings) {
    threads.emplace_back([&ring] {
      for (int burst = 0; burst < kBursts; ++burst) {
        for (int i = 0; i < 50; ++i) PutRequest(*ring);
        std::this_thread::sleep_for(std::chrono::milliseconds(15 + burst % 20));
      }
    });
    expected += 50 * kBursts;
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 6000 && sink->count < expected; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(sink->count, expected) << "it was not woken";
  EXPECT_EQ(writer.counts().written, expected);
  rings.clear();
  EXPECT_TRUE(writer.Flush(std::chrono::seconds(60)));
  EXPECT_EQ(writer.counts().dropped, 0u);
}

TEST(LogWriter, ASinkThatBlocksKeepsNobodyElse) {
  // Kept for good: the thread that it blocks is not waited for.
  static auto& sink = *new auto(std::make_shared<CountingSink>());
  static auto& gate = *new std::promise<void>;
  sink->gate = gate.get_future().share();
  {
    LogWriter writer(
        std::make_shared<spdlog::logger>("test", sink), LogFormat::kJson);
    ASSERT_TRUE(writer.Start().ok());
    auto ring = writer.AddRing(4096);
    for (int i = 0; i < 1000; ++i) PutRequest(*ring);
    EXPECT_GT(writer.counts().dropped, 800u);
    EXPECT_FALSE(writer.Flush(std::chrono::milliseconds(50)));
    ring.reset();
  }
  // The writer is gone and its thread is not: it ends when the sink lets it.
  gate.set_value();
  for (int i = 0; i < 6000 && sink.use_count() > 1; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(sink.use_count(), 1);
  EXPECT_GT(sink->count, 0u);
}

}  // namespace
}  // namespace hawkmount::observe
