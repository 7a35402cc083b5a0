// Handlers that hear of their app's end, and come to their own.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "handlers.h"
#include "hawkmount/await.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

const hawkmount::MountOptions kFreePort = {.host = "127.0.0.1", .port = 0};

class StoppingTest : public testing::Test {
 protected:
  hawkmount::App app_{Quiet()};
};

// Handlers that go on until the app stops.
class Patient final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest&,
      SayHelloResponse& response) override {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    ++waiting;
    never.wait(lock, context.app().stopping(), [] { return false; });
    response.set_greeting("stopped");
    return absl::OkStatus();
  }
  hawkmount::Task CountAsync(
      CountContext& context,
      const CountRequest&,
      CountAsyncStream& stream) override {
    const hawkmount::App& app = context.app();
    ++waiting;
    const std::optional<bool> stops =
        co_await hawkmount::UntilStop(app.stopping());
    if (stops.has_value()) co_await stream.Write(CountResponse());
    co_return absl::OkStatus();
  }

  std::atomic<int> waiting = 0;
};

TEST_F(StoppingTest, HandlersOfBothStylesHearOfTheEnd) {
  Patient patient;
  auto& mount = app_.Mount(GreeterMount(patient), kFreePort);
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(app_.Start().ok());
    EXPECT_FALSE(app_.stopping().stop_requested());
    patient.waiting = 0;
    const GreeterClient client = ClientOf(mount.port());
    absl::StatusOr<SayHelloResponse> hello;
    absl::Status counted;
    int counts = 0;
    std::jthread calls(
        [&] { hello = client.SayHello(SayHelloRequest(), {.timeout = 30s}); });
    std::jthread streams([&] {
      auto stream = client.Count(CountRequest(), {.timeout = 30s});
      for (CountResponse count; stream.Read(count);) ++counts;
      counted = stream.Finish();
    });
    while (patient.waiting < 2) std::this_thread::sleep_for(1ms);
    const std::stop_token stopping = app_.stopping();
    EXPECT_TRUE(app_.Shutdown(20s).ok());
    EXPECT_TRUE(stopping.stop_requested());
    calls.join();
    streams.join();
    ASSERT_TRUE(hello.ok()) << hello.status();
    EXPECT_EQ(hello->greeting(), "stopped");
    EXPECT_TRUE(counted.ok()) << counted;
    EXPECT_EQ(counts, 1);
  }
}

TEST_F(StoppingTest, UntilStopEndsWithTheCall) {
  Patient patient;
  auto& mount = app_.Mount(GreeterMount(patient), kFreePort);
  ASSERT_TRUE(app_.Start().ok());
  // A thousand that are given up: nothing of them may be left in the token.
  const GreeterClient client = ClientOf(mount.port());
  std::vector<std::jthread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      for (int call = 0; call < 20; ++call) {
        auto stream = client.Count(CountRequest(), {.timeout = 20ms});
        for (CountResponse count; stream.Read(count);) {
        }
        stream.Finish().IgnoreError();
      }
    });
  }
  callers.clear();
  EXPECT_TRUE(app_.Shutdown(5s).ok());
}

}  // namespace
}  // namespace e2e
