// The records of calls, under load and with sinks that fail.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "handlers.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char* kDropped = "hawkapi_grpc_log_records_dropped_total";
constexpr const char* kFailed = "hawkapi_grpc_log_records_failed_total";

// Calls of all kinds and both styles from several threads, some of which fail;
// how many there were.
uint64_t Storm(const BothStyles& served, int rounds) {
  std::atomic<uint64_t> calls{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      const GreeterClient client = served.Client(
          i % 2 == 0 ? hawkmount::kBlocking : hawkmount::kCoroutine);
      for (int round = 0; round < rounds; ++round) {
        SayHelloRequest hello;
        hello.set_name(round % 7 == 0 ? "throw" : "Ada \"\n");
        client.SayHello(hello, {.timeout = 60s}).status().IgnoreError();
        CountRequest up_to;
        up_to.set_up_to(round % 5 == 0 ? kFail : 3);
        client.Count(up_to, {.timeout = 60s}).Finish().IgnoreError();
        auto collect = client.Collect({.timeout = 60s});
        collect.Write(CollectRequest());
        collect.Finish().status().IgnoreError();
        auto chat = client.Chat({.timeout = 60s, .request_id = "chat.1"});
        if (round % 3 == 0) chat.Cancel();
        chat.WritesDone();
        chat.Finish().IgnoreError();
        calls += 4;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return calls;
}

double Started(const hawkmount::App& app) {
  double all = 0;
  for (const char* method : {"SayHello", "Count", "Collect", "Chat"}) {
    all += Sample(
        app,
        "hawkapi_grpc_requests_started_total{" + MethodLabel(method) + "}");
  }
  return all;
}

TEST(LogTest, EachCallHasTwoRecordsThatJoin) {
  std::shared_ptr<std::vector<std::string>> lines;
  BothStyles served({.logger = KeepLines(lines)});
  ASSERT_TRUE(served.app().Start().ok());
  Storm(served, 50);
  ASSERT_TRUE(served.app().Shutdown(10s).ok());
  // Not before: a call that its client gave up may still have been on its way.
  const double started = Started(served.app());
  EXPECT_GT(started, 1000);
  EXPECT_EQ(Sample(served.app(), kDropped), 0);
  std::map<std::string, int> open;
  int records = 0;
  for (const std::string& line : *lines) {
    const json record = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!record.is_object()) {
      EXPECT_FALSE(line.starts_with('{')) << line;
      continue;
    }
    const std::string id = record.value("request_id", "");
    ASSERT_FALSE(id.empty()) << line;
    ++records;
    open[id] += record.value("event", "") == "grpc.request" ? 1 : -1;
    EXPECT_GE(open[id], 0) << "the end comes before the beginning: " << line;
  }
  EXPECT_EQ(records, 2 * started);
  for (const auto& [id, count] : open) EXPECT_EQ(count, 0) << id;
}

// What does not fit is counted: nothing is missing without a trace.
TEST(LogTest, LinesAndDropsAreTwiceTheCalls) {
  std::shared_ptr<std::vector<std::string>> lines;
  BothStyles served({.logger = KeepLines(lines), .log = {.buffer_bytes = 1}});
  ASSERT_TRUE(served.app().Start().ok());
  Storm(served, 100);
  ASSERT_TRUE(served.app().Shutdown(10s).ok());
  // Not before: a call that its client gave up may still have been on its way.
  const double started = Started(served.app());
  EXPECT_GT(started, 1000);
  double written = 0;
  for (const std::string& line : *lines) written += line.starts_with('{');
  EXPECT_EQ(written + Sample(served.app(), kDropped), 2 * started);
}

TEST(LogTest, AFullDiskTouchesNoCall) {
  double failed = 0;
  const int console = dup(STDOUT_FILENO);
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  std::fflush(stdout);
  dup2(full, STDOUT_FILENO);
  {
    BothStyles served;
    EXPECT_TRUE(served.app().Start().ok());
    Ledger ledger;
    for (int i = 0; i < 50; ++i) {
      ledger.Add(
          "SayHello",
          served.Client(hawkmount::kCoroutine)
              .SayHello(SayHelloRequest(), {.timeout = 60s})
              .status());
    }
    CheckTruth(served.app(), ledger);
    EXPECT_TRUE(served.app().Shutdown(10s).ok());
    failed = Sample(served.app(), kFailed);
  }
  dup2(console, STDOUT_FILENO);
  close(console);
  close(full);
  EXPECT_EQ(failed, 100);
}

class BlockingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit BlockingSink(std::shared_future<void> gate)
      : gate_(std::move(gate)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (message.payload.size() > 0 && message.payload[0] == '{') gate_.wait();
  }
  void flush_() override {}

  const std::shared_future<void> gate_;
};

TEST(LogTest, ASinkThatBlocksTouchesNoCall) {
  std::promise<void> gate;
  BothStyles served(
      {.logger = std::make_shared<spdlog::logger>(
           "blocked",
           std::make_shared<BlockingSink>(gate.get_future().share())),
       .log = {.buffer_bytes = 4096}});
  ASSERT_TRUE(served.app().Start().ok());
  Ledger ledger;
  for (int i = 0; i < 100; ++i) {
    for (const hawkmount::Style style :
         {hawkmount::kBlocking, hawkmount::kCoroutine}) {
      SayHelloRequest request;
      request.set_name(i % 10 == 0 ? "throw" : "Ada");
      ledger.Add(
          "SayHello",
          served.Client(style).SayHello(request, {.timeout = 60s}).status());
    }
  }
  CheckTruth(served.app(), ledger);
  EXPECT_GT(Sample(served.app(), kDropped), 0);
  gate.set_value();
  EXPECT_TRUE(served.app().Shutdown(10s).ok());
}

// Asks itself once more, on behalf of the first call.
class Relay final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest& request,
      SayHelloResponse& response) override {
    if (request.name() == "end") {
      if (context.trace() == nullptr) return absl::OkStatus();
      response.set_greeting(
          std::string(context.request_id()) + " " +
          context.trace()->trace_id() + " " +
          context.trace()->parent_span_id() + " " + context.trace()->state);
      return absl::OkStatus();
    }
    SayHelloRequest next;
    next.set_name("end");
    auto answer =
        ClientOf(port).SayHello(next, {.timeout = 60s, .parent = &context});
    if (!answer.ok()) return answer.status();
    response = *answer;
    if (context.trace() != nullptr) {
      std::lock_guard lock(mutex_);
      span_ = context.trace()->span_id();
    }
    return absl::OkStatus();
  }

  std::string span() const {
    std::lock_guard lock(mutex_);
    return span_;
  }

  std::atomic<int> port = 0;

 private:
  mutable std::mutex mutex_;
  std::string span_;
};

TEST(TraceTest, GoesOnInLogsAndCallsOnItsBehalf) {
  std::shared_ptr<std::vector<std::string>> lines;
  Relay relay;
  hawkmount::App app({.logger = KeepLines(lines)});
  auto& mount =
      app.Mount(GreeterMount(relay), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  relay.port = mount.port();
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const auto answer =
      ClientOf(relay.port)
          .SayHello(
              SayHelloRequest(),
              {.timeout = 60s,
               .metadata =
                   {{"traceparent", "00-" + trace + "-b7ad6b7169203331-01"},
                    {"tracestate", "vendor=x"}},
               .request_id = "first"});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(
      answer->greeting(), "first " + trace + " " + relay.span() + " vendor=x");
  ASSERT_TRUE(app.Shutdown(10s).ok());
  int traced = 0;
  int of_first = 0;
  for (const std::string& line : *lines) {
    if (!line.starts_with('{')) continue;
    const json record = json::parse(line);
    EXPECT_EQ(record.value("request_id", ""), "first");
    traced += record.value("trace_id", "") == trace;
    of_first += record.value("span_id", "") == relay.span();
  }
  EXPECT_EQ(traced, 4);
  EXPECT_EQ(of_first, 2);
}

}  // namespace
}  // namespace e2e
