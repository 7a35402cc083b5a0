// What coroutine handlers can wait for, in a real server.

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "handlers.h"
#include "hawkmount/await.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::Resumer;
using hawkmount::RunBlocking;
using hawkmount::Sleep;
using hawkmount::Suspend;
using hawkmount::WhenAll;
using hawkmount::WhenAny;

// A handler whose unary method is whatever a test wants, and that notes the
// threads it ran on.
class Scripted final : public GreeterHandler {
 public:
  using Script = std::function<hawkmount::Task(SayHelloContext&)>;
  explicit Scripted(Script script) : script_(std::move(script)) {}

  hawkmount::Task SayHelloAsync(
      SayHelloContext& context,
      const SayHelloRequest&,
      SayHelloResponse&) override {
    const std::thread::id before = std::this_thread::get_id();
    absl::Status status = co_await script_(context);
    EXPECT_EQ(std::this_thread::get_id(), before);
    co_return status;
  }

  hawkmount::Task ChatAsync(ChatContext&, ChatAsyncStream& stream) override {
    ChatRequest request;
    ChatResponse response;
    int reads = 0;
    // Reads with impatience: what arrives after a read was given up must not be
    // lost.
    for (;;) {
      auto [first, results] =
          co_await WhenAny(stream.Read(request), Sleep(1ms));
      const bool read = std::get<0>(results);
      if (!read && first == 0) break;
      if (!read) continue;
      ++reads;
      response.set_line(request.line());
      auto written = co_await WhenAll(stream.Write(response), Sleep(100us));
      if (!std::get<0>(written)) break;
    }
    co_return absl::OkStatus();
  }

 private:
  Script script_;
};

class ToolkitTest : public testing::Test {
 protected:
  absl::Status Call(
      Scripted::Script script, std::chrono::nanoseconds timeout = 20s) {
    Scripted handler(std::move(script));
    hawkmount::App app(Quiet());
    auto& mount =
        app.Mount(GreeterMount(handler), {.host = "127.0.0.1", .port = 0});
    EXPECT_TRUE(app.Start().ok());
    const GreeterClient client = ClientOf(mount.port());
    const absl::Status status =
        client.SayHello(SayHelloRequest(), {.timeout = timeout}).status();
    Ledger ledger;
    ledger.Add("SayHello", status);
    CheckTruth(app, ledger);
    EXPECT_TRUE(app.Shutdown(5s).ok());
    return status;
  }
};

TEST_F(ToolkitTest, SleepsAreInOrder) {
  std::vector<int> order;
  EXPECT_TRUE(Call([&](auto&) -> hawkmount::Task {
                auto sleeper = [&](int n) -> hawkmount::TaskOf<void> {
                  co_await Sleep(n * 300ms);  // far more than they begin apart
                  order.push_back(n);
                };
                co_await WhenAll(sleeper(3), sleeper(1), sleeper(2));
                co_return absl::OkStatus();
              }).ok());
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST_F(ToolkitTest, ADeadlineWakesEveryWait) {
  std::vector<std::string> woken;
  EXPECT_EQ(
      Call(
          [&](auto&) -> hawkmount::Task {
            if (!co_await Sleep(1h)) woken.push_back("sleep");
            auto value = co_await Suspend<int>([](Resumer<int>) {});
            if (!value.has_value()) woken.push_back("suspend");
            auto ran = co_await RunBlocking([] { return 1; });
            if (absl::IsCancelled(ran.status())) woken.push_back("run");
            co_return absl::OkStatus();
          },
          3s)
          .code(),
      absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(woken, (std::vector<std::string>{"sleep", "suspend", "run"}));
}

TEST_F(ToolkitTest, ADeadlineWakesWhatIsJoined) {
  int woken = 0;
  EXPECT_EQ(
      Call(
          [&](auto&) -> hawkmount::Task {
            auto [a, b, c] = co_await WhenAll(
                Sleep(1h),
                Suspend<int>([](Resumer<int>) {}),
                RunBlocking([](std::stop_token stop) {
                  while (!stop.stop_requested()) {
                    std::this_thread::sleep_for(1ms);
                  }
                  return 5;
                }));
            if (!a) ++woken;
            if (!b.has_value()) ++woken;
            if (c.ok() && *c == 5) ++woken;
            co_return absl::OkStatus();
          },
          3s)
          .code(),
      absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(woken, 3);
}

TEST_F(ToolkitTest, RunBlockingBringsValuesStatusesAndExceptions) {
  EXPECT_TRUE(
      Call([&](auto&) -> hawkmount::Task {
        const std::thread::id here = std::this_thread::get_id();
        auto value = co_await RunBlocking([&] {
          EXPECT_NE(std::this_thread::get_id(), here);
          return std::string("value");
        });
        if (!value.ok() || *value != "value") co_return value.status();
        const absl::Status status =
            co_await RunBlocking([] { return absl::AbortedError("x"); });
        if (!absl::IsAborted(status)) co_return absl::InternalError("status");
        bool caught = false;
        try {
          co_await RunBlocking([] { throw std::runtime_error("y"); });
        } catch (const std::runtime_error&) {
          caught = true;
        }
        co_return caught ? absl::OkStatus() : absl::InternalError("throw");
      }).ok());
}

TEST_F(ToolkitTest, ResumersFromForeignThreads) {
  std::vector<std::thread> threads;
  EXPECT_TRUE(Call([&](auto&) -> hawkmount::Task {
                int sum = 0;
                for (int i = 0; i < 100; ++i) {
                  auto value = co_await Suspend<int>([&](Resumer<int> resumer) {
                    threads.emplace_back([resumer, i] {
                      resumer.Resume(i);
                      resumer.Resume(1000);  // too late
                    });
                  });
                  sum += value.value_or(-1);
                }
                co_return sum == 4950 ? absl::OkStatus()
                                      : absl::InternalError("sum");
              }).ok());
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ToolkitTest, AResumerMayOutliveItsServer) {
  std::optional<Resumer<int>> kept;
  EXPECT_EQ(
      Call(
          [&](auto&) -> hawkmount::Task {
            co_await Suspend<int>(
                [&](Resumer<int> resumer) { kept.emplace(resumer); });
            co_return absl::OkStatus();
          },
          3s)
          .code(),
      absl::StatusCode::kDeadlineExceeded);
  kept->Resume(1);
}

TEST_F(ToolkitTest, WhenAnyGivesTheOthersUp) {
  EXPECT_TRUE(Call([&](auto&) -> hawkmount::Task {
                auto [first, results] = co_await WhenAny(
                    Sleep(1h), Sleep(10ms), Suspend<int>([](Resumer<int>) {}));
                const bool as_expected = first == 1 && !std::get<0>(results) &&
                                         std::get<1>(results) &&
                                         !std::get<2>(results).has_value();
                // The call itself goes on.
                const bool slept = co_await Sleep(1ms);
                co_return as_expected&& slept ? absl::OkStatus()
                                              : absl::InternalError("results");
              }).ok());
}

TEST_F(ToolkitTest, ExceptionsPassThroughJoinsAndTasks) {
  EXPECT_EQ(
      Call([&](auto&) -> hawkmount::Task {
        auto thrower = []() -> hawkmount::TaskOf<int> {
          co_await Sleep(1ms);
          throw std::runtime_error("inside");
        };
        co_await WhenAll(Sleep(5ms), thrower());
        co_return absl::OkStatus();
      }).code(),
      absl::StatusCode::kUnknown);
}

TEST_F(ToolkitTest, AnImpatientReaderLosesNothing) {
  Scripted handler([](auto&) -> hawkmount::Task { return absl::OkStatus(); });
  hawkmount::App app(Quiet());
  auto& mount =
      app.Mount(GreeterMount(handler), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const GreeterClient client = ClientOf(mount.port());
  auto stream = client.Chat({.timeout = 60s});
  ChatRequest request;
  ChatResponse response;
  for (int i = 0; i < 200; ++i) {
    if (i % 20 == 0) std::this_thread::sleep_for(5ms);
    request.set_line(std::to_string(i));
    ASSERT_TRUE(stream.Write(request));
    ASSERT_TRUE(stream.Read(response));
    EXPECT_EQ(response.line(), request.line());
  }
  stream.WritesDone();
  const absl::Status status = stream.Finish();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(app.Shutdown(5s).ok());
}

}  // namespace
}  // namespace e2e
