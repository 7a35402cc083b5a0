// The engine looks after itself: who blocks an event thread is named, and what
// calls wait for is measured.

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/sink.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "handlers.h"
#include "hawkmount/await.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

// Keeps the lines that tell of a blocked thread.
class TellingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  const std::atomic<bool>& told() const { return told_; }
  // After the app has ended.
  const std::string& lines() const { return lines_; }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string_view text(message.payload.data(), message.payload.size());
    if (text.find("an event thread has been blocked") == text.npos) return;
    lines_.append(text).append("\n");
    told_ = true;
  }
  void flush_() override {}

  std::atomic<bool> told_{false};
  std::string lines_;
};

// Blocks where it must not: in a coroutine, before or after a wait, until that
// was told.
class Careless final : public GreeterHandler {
 public:
  explicit Careless(const std::atomic<bool>& told) : told_(told) {}

  hawkmount::Task SayHelloAsync(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    Block();
    return absl::OkStatus();
  }
  hawkmount::Task CountAsync(
      CountContext&, const CountRequest&, CountAsyncStream& stream) override {
    const bool slept = co_await hawkmount::Sleep(1ms);
    EXPECT_TRUE(slept);
    Block();
    co_await stream.Write(CountResponse());
    co_return absl::OkStatus();
  }
  hawkmount::Task CollectAsync(
      CollectContext&, CollectAsyncStream& stream, CollectResponse&) override {
    CollectRequest request;
    while (co_await stream.Read(request)) Block();
    co_return absl::OkStatus();
  }
  // Waits as it should.
  hawkmount::Task ChatAsync(ChatContext&, ChatAsyncStream&) override {
    const absl::Status waited = co_await hawkmount::RunBlocking([] {
      std::this_thread::sleep_for(1s);
      return absl::OkStatus();
    });
    co_return waited;
  }

 private:
  void Block() {
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (!told_ && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(1ms);
    }
  }

  const std::atomic<bool>& told_;
};

class WatchTest : public testing::Test {
 protected:
  WatchTest()
      : app_(
            {.event_threads = 1,
             .logger = std::make_shared<spdlog::logger>("told", sink_)}) {
    const hawkmount::MountHandle& mount =
        app_.Mount(GreeterMount(handler_), {.host = "127.0.0.1", .port = 0});
    EXPECT_TRUE(app_.Start().ok());
    client_.emplace(hawkmount::Channel::Insecure(
        "127.0.0.1:" + std::to_string(mount.port())));
  }

  // How many lines say that a method blocked a thread, after the app has ended.
  // Others may, where the machine was too busy for its threads.
  int Told(const std::string& method) {
    EXPECT_TRUE(app_.Shutdown(10s).ok());
    const std::string name =
        "the handler of /acme.greeter.v1.Greeter/" + method;
    int count = 0;
    for (size_t at = sink_->lines().find(name); at != std::string::npos;
         at = sink_->lines().find(name, at + 1)) {
      ++count;
    }
    return count;
  }

  const std::shared_ptr<TellingSink> sink_ = std::make_shared<TellingSink>();
  Careless handler_{sink_->told()};
  hawkmount::App app_;
  std::optional<GreeterClient> client_;
};

TEST_F(WatchTest, NamesTheMethodThatBlocksAnEventThread) {
  EXPECT_TRUE(client_->SayHello(SayHelloRequest(), {.timeout = 120s}).ok());
  EXPECT_EQ(Told("SayHello"), 1) << sink_->lines();
}

TEST_F(WatchTest, NamesTheMethodAfterAWait) {
  auto stream = client_->Count(CountRequest(), {.timeout = 120s});
  for (CountResponse response; stream.Read(response);) {
  }
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_GE(Told("Count"), 1) << sink_->lines();
}

TEST_F(WatchTest, NamesTheMethodAfterARead) {
  auto stream = client_->Collect({.timeout = 120s});
  EXPECT_TRUE(stream.Write(CollectRequest()));
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_GE(Told("Collect"), 1) << sink_->lines();
}

TEST_F(WatchTest, SaysNothingOfACoroutineThatWaitsAsItShould) {
  auto stream = client_->Chat({.timeout = 120s});
  EXPECT_TRUE(stream.WritesDone());
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_EQ(Told("Chat"), 0) << sink_->lines();
}

// Blocks in the line that tells of a blocked thread, for as long as its gate is
// closed.
class BlockingSink final : public spdlog::sinks::sink {
 public:
  void log(const spdlog::details::log_msg& message) override {
    const std::string_view text(message.payload.data(), message.payload.size());
    if (text.find("an event thread has been blocked") == text.npos) return;
    entered = true;
    gate.get_future().wait();
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

  std::atomic<bool> entered{false};
  std::promise<void> gate;
};

TEST(WatchSinkTest, ASinkThatBlocksKeepsNoApp) {
  // Kept for good: the thread that it blocks is not waited for.
  static auto& sink = *new auto(std::make_shared<BlockingSink>());
  {
    Careless handler(sink->entered);
    hawkmount::App app(
        {.event_threads = 1,
         .logger = std::make_shared<spdlog::logger>("test", sink)});
    const hawkmount::MountHandle& mount =
        app.Mount(GreeterMount(handler), {.host = "127.0.0.1", .port = 0});
    ASSERT_TRUE(app.Start().ok());
    const GreeterClient client(hawkmount::Channel::Insecure(
        "127.0.0.1:" + std::to_string(mount.port())));
    EXPECT_TRUE(client.SayHello(SayHelloRequest(), {.timeout = 60s}).ok());
    while (!sink->entered) std::this_thread::sleep_for(1ms);
  }
  // The app is gone and the thread is not: it ends when the sink lets it.
  EXPECT_EQ(ThreadsNamed("hawkmount-watch"), 1);
  sink->gate.set_value();
  EXPECT_TRUE(AreGone("hawkmount-watch"));
}

TEST(WatchQueueTest, CountsTheCallsThatAWorkerTook) {
  BlockingGreeter greeter;
  std::shared_ptr<std::vector<std::string>> lines;
  hawkmount::App app({.logger = KeepLines(lines)});
  const hawkmount::MountHandle& mount =
      app.Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const GreeterClient client(hawkmount::Channel::Insecure(
      "127.0.0.1:" + std::to_string(mount.port())));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(client.SayHello(SayHelloRequest(), {.timeout = 10s}).ok());
  }
  EXPECT_EQ(Sample(app, "hawkapi_grpc_worker_queue_wait_seconds_count"), 3);
  EXPECT_GT(Sample(app, "hawkapi_grpc_worker_queue_wait_seconds_sum"), 0);
  EXPECT_TRUE(app.Shutdown(10s).ok());
}

TEST(WatchLagTest, EachEventThreadHasASample) {
  CoroutineGreeter greeter;
  std::shared_ptr<std::vector<std::string>> lines;
  hawkmount::App app({.event_threads = 2, .logger = KeepLines(lines)});
  app.Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const std::string text = app.MetricsText();
  for (const char* thread : {"0", "1"}) {
    const std::string series =
        std::string("hawkapi_grpc_event_thread_lag_seconds{thread=\"") +
        thread + "\"}";
    EXPECT_NE(text.find(series), std::string::npos) << series;
  }
  EXPECT_TRUE(app.Shutdown(10s).ok());
}

}  // namespace
}  // namespace e2e
