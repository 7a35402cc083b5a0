// Whether an App says rightly that it is live and ready.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "http_client.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// -----------------------------------------------------------

// H60.
TEST(ReadyTest, LiveAndReadyWithoutChecks) {
  HttpApp app;
  ASSERT_TRUE(app.Start().ok());
  const int port = app.http_port();
  EXPECT_EQ(json::parse(Get(port, "/healthz").body), json({{"status", "ok"}}));
  EXPECT_EQ(json::parse(Get(port, "/livez").body), json({{"status", "alive"}}));
  const Answer ready = Get(port, "/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(
      json::parse(ready.body),
      json({{"status", "ready"}, {"checks", json::object()}}));
}

TEST(ReadyTest, OneFailingCheckIsEnough) {
  HttpApp app;
  std::atomic<bool> database = false;
  app.AddReadinessCheck(
      "cache", [] { return absl::OkStatus(); }, 60s);
  app.AddReadinessCheck(
      "database",
      [&]() -> absl::Status {
        if (database) return absl::OkStatus();
        return absl::UnavailableError("no route to \xff host");
      },
      60s);
  app.AddReadinessCheck(
      "queue",
      [&]() -> absl::Status {
        if (database) return absl::OkStatus();
        throw std::runtime_error("queue gone");
      },
      60s);
  ASSERT_TRUE(app.Start().ok());
  Answer answer = Get(app.http_port(), "/readyz");
  EXPECT_EQ(answer.status, 503);
  json ready = json::parse(answer.body);
  EXPECT_EQ(ready["status"], "not_ready");
  EXPECT_EQ(ready["checks"]["cache"], json({{"ok", true}, {"detail", ""}}));
  EXPECT_EQ(ready["checks"]["database"]["ok"], false);
  EXPECT_EQ(
      ready["checks"]["database"]["detail"],
      "UNAVAILABLE: no route to \xEF\xBF\xBD host");
  EXPECT_EQ(ready["checks"]["queue"]["ok"], false);
  EXPECT_EQ(ready["checks"]["queue"]["detail"], "UNKNOWN: it threw queue gone");
  database = true;
  answer = Get(app.http_port(), "/readyz");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(json::parse(answer.body)["checks"].size(), 3u);
}

TEST(ReadyTest, ACheckThatHangsNeitherHangsThePageNorRunsTwice) {
  std::atomic<int> runs = 0;
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  {
    HttpApp app;
    app.AddReadinessCheck(
        "hangs",
        [&runs, released] {
          ++runs;
          released.wait();
          return absl::OkStatus();
        },
        50ms);
    app.AddReadinessCheck(
        "quick", [] { return absl::OkStatus(); }, 60s);
    ASSERT_TRUE(app.Start().ok());
    for (int i = 0; i < 5; ++i) {
      const Answer answer = Get(app.http_port(), "/readyz");
      EXPECT_EQ(answer.status, 503);
      const json checks = json::parse(answer.body)["checks"];
      EXPECT_EQ(checks["quick"]["ok"], true);
      EXPECT_EQ(checks["hangs"]["ok"], false);
      EXPECT_EQ(
          checks["hangs"]["detail"], "no answer within 50 ms; it still runs");
    }
    EXPECT_EQ(runs, 1);
    release.set_value();
    // Once it has ended it is run again, and is right again.
    while (Get(app.http_port(), "/readyz").status != 200) {
      std::this_thread::yield();
    }
    EXPECT_GE(runs, 2);
  }
}

TEST(ReadyTest, ChecksRunSideBySide) {
  HttpApp app;
  // Each waits for the other: one after the other they would never end.
  std::promise<void> first, second;
  std::shared_future<void> first_there = first.get_future().share();
  std::shared_future<void> second_there = second.get_future().share();
  app.AddReadinessCheck(
      "first",
      [&] {
        first.set_value();
        second_there.wait();
        return absl::OkStatus();
      },
      30s);
  app.AddReadinessCheck(
      "second",
      [&] {
        second.set_value();
        first_there.wait();
        return absl::OkStatus();
      },
      30s);
  ASSERT_TRUE(app.Start().ok());
  EXPECT_EQ(Get(app.http_port(), "/readyz").status, 200);
}

TEST(ReadyTest, ChecksThatCannotBeAreToldByStart) {
  const auto fine = [] { return absl::OkStatus(); };
  HttpApp twice;
  twice.AddReadinessCheck("db", fine);
  twice.AddReadinessCheck("db", fine);
  EXPECT_EQ(twice.Start().code(), absl::StatusCode::kAlreadyExists);
  HttpApp nameless;
  nameless.AddReadinessCheck("", fine);
  EXPECT_EQ(nameless.Start().code(), absl::StatusCode::kInvalidArgument);
  HttpApp timeless;
  timeless.AddReadinessCheck("db", fine, 0ms);
  EXPECT_EQ(timeless.Start().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ReadyTest, WhileItDrainsItIsLiveButNotReady) {
  BothStyles served(WithHttp());
  ASSERT_TRUE(served.app().Start().ok());
  const int port = served.app().http_port();
  EXPECT_EQ(Get(port, "/readyz").status, 200);
  // A call that keeps the drain going until it is cancelled.
  auto chat = served.Client(hawkmount::kCoroutine).Chat();
  ChatRequest request;
  request.set_line("hold on");
  ChatResponse response;
  ASSERT_TRUE(chat.Write(request));
  ASSERT_TRUE(chat.Read(response));
  std::future<absl::Status> stopped = std::async(
      std::launch::async, [&] { return served.app().Shutdown(60s); });
  Answer ready = Get(port, "/readyz");
  while (ready.status == 200) ready = Get(port, "/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(
      json::parse(ready.body),
      json(
          {{"status", "not_ready"},
           {"detail", "draining"},
           {"checks", json::object()}}));
  EXPECT_EQ(Get(port, "/healthz").status, 200);
  EXPECT_EQ(Get(port, "/livez").status, 200);
  EXPECT_EQ(json::parse(Get(port, "/statusz.json").body)["state"], "draining");
  EXPECT_TRUE(chat.WritesDone());
  EXPECT_TRUE(chat.Finish().ok());
  EXPECT_TRUE(stopped.get().ok());
  EXPECT_EQ(Get(port, "/livez").status, 0);
}

}  // namespace
}  // namespace e2e
