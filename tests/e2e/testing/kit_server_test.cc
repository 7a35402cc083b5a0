// I18, I-B12: a real server for a test, what it counted and what it logged.

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "hawkmount/testing.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::testing::LogCapture;
using hawkmount::testing::MetricsSnapshot;
using hawkmount::testing::TestServer;

constexpr const char* kPath = "/acme.greeter.v1.Greeter/SayHello";

absl::StatusOr<SayHelloResponse> Hello(
    const TestServer& server, const std::string& name) {
  SayHelloRequest request;
  request.set_name(name);
  return GreeterClient(server.channel()).SayHello(request, {.timeout = 60s});
}

TEST(TestServerTest, I18ServesOnAFreePort) {
  BlockingGreeter handler;
  const TestServer server((GreeterMount(handler)));
  EXPECT_GT(server.port(), 0);
  const auto answer = Hello(server, "Ada");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->greeting(), "Hello, Ada");
}

TEST(TestServerTest, ServesOnASocketFileThatGoesWithIt) {
  BlockingGreeter handler;
  std::string file;
  {
    const TestServer server(GreeterMount(handler), {.unix_socket = true});
    EXPECT_EQ(server.port(), -1);
    file = server.address().substr(std::string("unix:").size());
    EXPECT_TRUE(std::filesystem::is_socket(file));
    EXPECT_TRUE(Hello(server, "Ada").ok());
  }
  EXPECT_FALSE(
      std::filesystem::exists(std::filesystem::path(file).parent_path()));
}

TEST(TestServerTest, ThrowsWhatKeepsItFromServing) {
  BlockingGreeter first;
  BlockingGreeter second;
  try {
    const TestServer server({GreeterMount(first), GreeterMount(second)});
    FAIL() << "it serves one name twice";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(
        std::string(error.what()).find("acme.greeter.v1.Greeter"),
        std::string::npos)
        << error.what();
  }
}

TEST(TestServerTest, HooksComeBeforeTheStart) {
  BlockingGreeter handler;
  TestServer server;
  int started = 0;
  server.app().OnStart("count", [&] {
    ++started;
    return absl::OkStatus();
  });
  server.Mount(GreeterMount(handler));
  EXPECT_EQ(started, 0);
  ASSERT_TRUE(server.Start().ok());
  EXPECT_EQ(started, 1);
  EXPECT_TRUE(Hello(server, "Ada").ok());
  EXPECT_TRUE(server.Stop(10s).ok());
  EXPECT_EQ(
      Hello(server, "Ada").status().code(), absl::StatusCode::kUnavailable);
}

// Its end does not wait for ever for who does not end.
TEST(TestServerTest, EndsWithCallsInFlight) {
  CoroutineGreeter handler;
  std::thread caller;
  absl::Status status;
  {
    const TestServer server((GreeterMount(handler)));
    const MetricsSnapshot before(server.app());
    caller = std::thread([&, client = GreeterClient(server.channel())] {
      SayHelloRequest request;
      request.set_name("wait");
      status = client.SayHello(request, {.timeout = 60s}).status();
    });
    while ((MetricsSnapshot(server.app()) - before)
               .InFlight(GreeterMethods::kSayHello) == 0) {
      std::this_thread::sleep_for(1ms);
    }
  }
  caller.join();
  EXPECT_FALSE(status.ok());
}

// Handlers that wait for each other come to an end only where they run at the
// same time.
TEST(TestServerTest, IB12HandlersRunAtTheSameTime) {
  struct Together final : GreeterHandler {
    std::latch all{4};
    absl::Status SayHello(
        SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
      all.arrive_and_wait();
      return absl::OkStatus();
    }
  } handler;
  const TestServer server((GreeterMount(handler)));
  std::vector<std::jthread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] { EXPECT_TRUE(Hello(server, "all").ok()); });
  }
}

TEST(MetricsSnapshotTest, SaysWhatHappenedBetween) {
  BlockingGreeter handler;
  const TestServer server(
      GreeterMount(handler), {.app = {.metrics = {.prefix = "kit"}}});
  ASSERT_TRUE(Hello(server, "before").ok());
  const auto before = MetricsSnapshot::Settled(server.app());
  EXPECT_EQ(before.Handled(GreeterMethods::kSayHello), 1);

  Hello(server, "Ada").IgnoreError();
  Hello(server, "fail").IgnoreError();
  Hello(server, "throw").IgnoreError();
  CountRequest up_to;
  up_to.set_up_to(5);
  ASSERT_TRUE(GreeterClient(server.channel())
                  .Count(up_to, {.timeout = 60s})
                  .Finish()
                  .ok());
  const auto seen = MetricsSnapshot::Settled(server.app()) - before;
  EXPECT_EQ(seen.Started(GreeterMethods::kSayHello), 3);
  EXPECT_EQ(seen.Handled(GreeterMethods::kSayHello), 3);
  EXPECT_EQ(seen.Handled(GreeterMethods::kSayHello, absl::StatusCode::kOk), 1);
  EXPECT_EQ(
      seen.Handled(GreeterMethods::kSayHello, absl::StatusCode::kNotFound), 1);
  EXPECT_EQ(seen.Exceptions(GreeterMethods::kSayHello), 1);
  EXPECT_EQ(seen.InFlight(GreeterMethods::kSayHello), 0);
  EXPECT_EQ(seen.Timeouts(GreeterMethods::kSayHello), 0);
  EXPECT_EQ(seen.MessagesReceived(GreeterMethods::kSayHello), 3);
  EXPECT_EQ(seen.MessagesSent(GreeterMethods::kCount), 5);
  EXPECT_EQ(seen.Started(GreeterMethods::kChat), 0);
}

TEST(MetricsSnapshotTest, CountsRefusals) {
  struct Closed {
    hawkmount::Decision Before(hawkmount::Context&) {
      return {
          absl::PermissionDeniedError("closed"),
          hawkmount::Rejection::kRateLimited};
    }
  };
  BlockingGreeter handler;
  const TestServer server(GreeterMount(handler, Closed()));
  const MetricsSnapshot before(server.app());
  EXPECT_EQ(
      Hello(server, "Ada").status().code(),
      absl::StatusCode::kPermissionDenied);
  const auto seen = MetricsSnapshot::Settled(server.app()) - before;
  EXPECT_EQ(
      seen.Rejected(
          GreeterMethods::kSayHello, hawkmount::Rejection::kRateLimited),
      1);
  EXPECT_EQ(
      seen.Rejected(
          GreeterMethods::kSayHello, hawkmount::Rejection::kInterceptor),
      0);
}

TEST(MetricsSnapshotTest, RefusesAnAppWithoutTheDefaultView) {
  const TestServer server(
      {.app = {.metrics = {.views = {hawkmount::MetricsView::kOtel}}}});
  EXPECT_THROW(MetricsSnapshot(server.app()), std::invalid_argument);
}

TEST(LogCaptureTest, KeepsTheRecordsOfCallsAsFields) {
  BlockingGreeter handler;
  const LogCapture log;
  const TestServer server(
      GreeterMount(handler), {.app = {.logger = log.logger()}});
  Hello(server, "throw").IgnoreError();
  const auto end = log.Await({{"event", "grpc.response"}, {"method", kPath}});
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->Field("code"), "UNKNOWN");
  EXPECT_EQ(end->level, "error");
  EXPECT_NE(end->Field("request_id"), "");
  EXPECT_EQ(end->Field("none"), "");
  EXPECT_EQ(log.Find({{"request_id", end->Field("request_id")}}).size(), 2);
  EXPECT_TRUE(log.Mentions("std::runtime_error"));
  EXPECT_FALSE(log.Mentions("secret"));
  EXPECT_FALSE(log.Mentions("another secret"));
  EXPECT_FALSE(log.Await({{"code", "OK"}}, 0ms).has_value());
}

TEST(LogCaptureTest, KeepsOtherLinesAsText) {
  const LogCapture log;
  log.logger()->warn("[1, 2]");
  log.logger()->debug(R"({"count": 3, "text": "a\"b"})");
  const auto records = log.records();
  ASSERT_EQ(records.size(), 2);
  EXPECT_EQ(records[0].level, "warning");
  EXPECT_EQ(records[0].text, "[1, 2]");
  EXPECT_TRUE(records[0].fields.empty());
  EXPECT_EQ(records[1].Field("count"), "3");
  EXPECT_EQ(records[1].Field("text"), "a\"b");
}

}  // namespace
}  // namespace e2e
