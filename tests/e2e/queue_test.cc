// Calls that wait for a worker.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <thread>

#include "handlers.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

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

std::string Rejected(const std::string& reason) {
  return "hawkapi_grpc_requests_rejected_total{" + MethodLabel("SayHello") +
         ",reason=\"" + reason + "\"}";
}

constexpr int kExpired = 100;
constexpr int kServed = 300;
constexpr int kRefused = 1600;

void WaitForDepth(const hawkmount::App& app, int depth) {
  const auto now = [&] {
    return Sample(app, "hawkapi_grpc_worker_queue_depth");
  };
  for (int i = 0; i < 6000 && now() != depth; ++i) {
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_EQ(now(), depth);
}

// One worker is kept, and 2,000 further calls come.
TEST(QueueTest, BoundedQueuedRefusedExpiredAndServed) {
  Gate gate;
  hawkmount::AppOptions options = Quiet();
  options.max_workers = 1;
  options.max_queue = kServed;
  hawkmount::App app(options);
  auto& mount = app.Mount(GreeterMount(gate), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const GreeterClient client = ClientOf(mount.port());
  Ledger ledger;
  const auto call = [&](std::chrono::nanoseconds timeout) {
    ledger.Add(
        "SayHello",
        client.SayHello(SayHelloRequest(), {.timeout = timeout}).status());
  };
  std::vector<std::thread> threads;
  threads.emplace_back(call, 120s);
  gate.WaitForOne();

  for (int i = 0; i < kExpired; ++i) threads.emplace_back(call, 3s);
  for (int i = 0;
       i < 6000 && Sample(app, Rejected("expired_in_queue")) < kExpired;
       ++i) {
    std::this_thread::sleep_for(5ms);
  }
  for (int i = 0; i < kServed; ++i) threads.emplace_back(call, 120s);
  WaitForDepth(app, kServed);
  for (int i = 0; i < kRefused; ++i) {
    const absl::Status status =
        client.SayHello(SayHelloRequest(), {.timeout = 120s}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    ledger.Add("SayHello", status);
  }
  EXPECT_EQ(Sample(app, "hawkapi_grpc_worker_queue_depth"), kServed);
  EXPECT_EQ(
      Sample(
          app,
          "hawkapi_grpc_requests_in_flight{" + MethodLabel("SayHello") + "}"),
      kServed + 1);
  gate.Open();
  for (std::thread& thread : threads) thread.join();
  CheckTruth(app, ledger);
  EXPECT_EQ(Sample(app, Rejected("queue_full")), kRefused);
  EXPECT_EQ(Sample(app, Rejected("expired_in_queue")), kExpired);
  EXPECT_EQ(Sample(app, "hawkapi_grpc_workers"), 1);
  EXPECT_TRUE(app.Shutdown(5s).ok());
}

TEST(QueueTest, ADrainEndsWhatWaits) {
  Gate gate;
  hawkmount::AppOptions options = Quiet();
  options.max_workers = 1;
  hawkmount::App app(options);
  auto& mount = app.Mount(GreeterMount(gate), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const GreeterClient client = ClientOf(mount.port());
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
  while (Sample(app, "hawkapi_grpc_worker_queue_depth") < 9) {
    std::this_thread::sleep_for(5ms);
  }
  std::thread opener([&] {
    while (Sample(app, Rejected("draining")) < 9) {
      std::this_thread::sleep_for(5ms);
    }
    gate.Open();
  });
  // Whether the one that runs ends in time is not what this is about.
  (void)app.Shutdown(100ms);
  opener.join();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(unavailable, 10);
  EXPECT_EQ(Sample(app, Rejected("draining")), 9);
  // The gate must not go before its handler.
  const std::string in_flight =
      "hawkapi_grpc_requests_in_flight{" + MethodLabel("SayHello") + "}";
  while (Sample(app, in_flight) > 0) std::this_thread::sleep_for(5ms);
}

TEST(QueueTest, NoBlockingHandlerNoWorker) {
  CoroutineGreeter greeter;
  hawkmount::App app(Quiet());
  auto& mount =
      app.Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const GreeterClient client = ClientOf(mount.port());
  EXPECT_TRUE(client.SayHello(SayHelloRequest()).ok());
  EXPECT_EQ(Sample(app, "hawkapi_grpc_workers"), 0);
  EXPECT_TRUE(app.Shutdown(5s).ok());
}

}  // namespace
}  // namespace e2e
