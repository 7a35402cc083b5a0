// Calls that wait for a worker.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <thread>

#include "handlers.h"
#include "hawkmount/testing.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::Rejection;
using hawkmount::testing::MetricsSnapshot;
using hawkmount::testing::TestServer;

// Keeps every worker until it is opened.
class Gate final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    std::unique_lock lock(mutex_);
    ++entered_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    return absl::OkStatus();
  }

  void WaitForOne() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return entered_ > 0; });
  }
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int entered_ = 0;
  bool open_ = false;
};

int64_t Rejected(const hawkmount::App& app, Rejection reason) {
  return MetricsSnapshot(app).Rejected(GreeterMethods::kSayHello, reason);
}

constexpr int kExpired = 100;
constexpr int kServed = 300;
constexpr int kRefused = 1600;

void WaitForDepth(const hawkmount::App& app, int depth) {
  const auto now = [&] {
    return MetricsSnapshot(app).Value("worker_queue_depth");
  };
  for (int i = 0; i < 6000 && now() != depth; ++i) {
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_EQ(now(), depth);
}

// One worker is kept, and 2,000 further calls come.
TEST(QueueTest, BoundedQueuedRefusedExpiredAndServed) {
  Gate gate;
  TestServer server(
      GreeterMount(gate), {.app = {.max_workers = 1, .max_queue = kServed}});
  const hawkmount::App& app = server.app();
  const GreeterClient client(server.channel());
  Ledger ledger;
  const auto call = [&](std::chrono::nanoseconds timeout) {
    ledger.Add(
        "SayHello",
        client.SayHello(SayHelloRequest(), {.timeout = timeout}).status());
  };
  std::vector<std::thread> threads;
  threads.emplace_back(call, 120s);
  gate.WaitForOne();

  // Again where a slow machine brought some of them too late.
  int hasty = 0;
  while (Rejected(app, Rejection::kExpiredInQueue) < kExpired) {
    std::vector<std::jthread> callers;
    for (int i = 0; i < kExpired; ++i) callers.emplace_back(call, 3s);
    hasty += kExpired;
    callers.clear();
    WaitForDepth(app, 0);
  }
  for (int i = 0; i < kServed; ++i) threads.emplace_back(call, 120s);
  WaitForDepth(app, kServed);
  for (int i = 0; i < kRefused; ++i) {
    const absl::Status status =
        client.SayHello(SayHelloRequest(), {.timeout = 120s}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    ledger.Add("SayHello", status);
  }
  EXPECT_EQ(MetricsSnapshot(app).Value("worker_queue_depth"), kServed);
  EXPECT_EQ(
      MetricsSnapshot(app).InFlight(GreeterMethods::kSayHello), kServed + 1);
  gate.Open();
  for (std::thread& thread : threads) thread.join();
  CheckTruth(app, ledger);
  EXPECT_EQ(Rejected(app, Rejection::kQueueFull), kRefused);
  EXPECT_GE(Rejected(app, Rejection::kExpiredInQueue), kExpired);
  EXPECT_LE(Rejected(app, Rejection::kExpiredInQueue), hasty);
  EXPECT_EQ(MetricsSnapshot(app).Value("workers"), 1);
  EXPECT_TRUE(server.Stop(5s).ok());
}

TEST(QueueTest, ADrainEndsWhatWaits) {
  Gate gate;
  // One event thread: all calls are cancelled before any of them is refused.
  TestServer server(
      GreeterMount(gate), {.app = {.event_threads = 1, .max_workers = 1}});
  const hawkmount::App& app = server.app();
  const GreeterClient client(server.channel());
  std::atomic<int> unavailable{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 10; ++i) {
    threads.emplace_back([&] {
      const absl::Status status =
          client.SayHello(SayHelloRequest(), {.timeout = 60s}).status();
      if (absl::IsUnavailable(status)) ++unavailable;
    });
  }
  gate.WaitForOne();
  while (MetricsSnapshot(app).Value("worker_queue_depth") < 9) {
    std::this_thread::sleep_for(5ms);
  }
  std::thread opener([&] {
    while (Rejected(app, Rejection::kDraining) < 9) {
      std::this_thread::sleep_for(5ms);
    }
    gate.Open();
  });
  // Whether the one that runs ends in time is not what this is about.
  (void)server.Stop(100ms);
  opener.join();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(unavailable, 10);
  EXPECT_EQ(Rejected(app, Rejection::kDraining), 9);
  // The gate must not go before its handler.
  while (MetricsSnapshot(app).InFlight(GreeterMethods::kSayHello) > 0) {
    std::this_thread::sleep_for(5ms);
  }
}

TEST(QueueTest, NoBlockingHandlerNoWorker) {
  CoroutineGreeter greeter;
  const TestServer server((GreeterMount(greeter)));
  const GreeterClient client(server.channel());
  EXPECT_TRUE(client.SayHello(SayHelloRequest()).ok());
  EXPECT_EQ(MetricsSnapshot(server.app()).Value("workers"), 0);
}

}  // namespace
}  // namespace e2e
