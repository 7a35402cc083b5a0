// A drain with much in flight, some of which never ends.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "hiccup_meter.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

constexpr int kStreams = 1000;
constexpr int kStuck = 40;
constexpr int kNamed = 20;

// Of the 800 ms that a thousand calls get to end after their cancel.
constexpr auto kSpare = 100ms;
// Of the 100 ms that event threads get to name their calls.
constexpr auto kSpareToName = 50ms;

// Streams that wait until they are cancelled, and blocking handlers that hear
// of nothing until they are let go.
class Busy final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    ++stuck;
    while (!let_go) std::this_thread::sleep_for(1ms);
    --stuck;
    return absl::OkStatus();
  }

  hawkmount::Task ChatAsync(ChatContext&, ChatAsyncStream& stream) override {
    ++open;
    ChatRequest request;
    while (co_await stream.Read(request)) {
    }
    ++ended;
    co_return absl::CancelledError("cut off");
  }

  std::atomic<int> open = 0;
  std::atomic<int> ended = 0;
  std::atomic<int> stuck = 0;
  std::atomic<bool> let_go = false;
};

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// L13.
TEST(DrainTest, AThousandStreamsAndHandlersThatAreStuck) {
  Busy busy;
  hawkmount::AppOptions options = Quiet();
  options.grace = 500ms;
  hawkmount::App app(options);
  auto& mount = app.Mount(
      GreeterMount(busy),
      {.host = "127.0.0.1", .port = 0, .max_concurrent_rpcs = 0});
  ASSERT_TRUE(app.Start().ok());

  // Two connections: one has place for a thousand streams.
  const GreeterClient clients[] = {
      ClientOf(mount.port()), ClientOf(mount.port())};
  Ledger ledger;
  std::vector<std::jthread> callers;
  for (int i = 0; i < kStuck; ++i) {
    callers.emplace_back([&, i] {
      ledger.Add(
          "SayHello",
          clients[i % 2]
              .SayHello(
                  SayHelloRequest(),
                  {.timeout = 300s,
                   .request_id = "stuck-" + std::to_string(i) + "."})
              .status());
    });
  }
  using Stream = decltype(clients[0].Chat({}));
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < kStreams; ++i) {
    streams.push_back(
        std::make_unique<Stream>(clients[i % 2].Chat({.timeout = 300s})));
  }
  while (busy.open < kStreams || busy.stuck < kStuck) {
    std::this_thread::sleep_for(1ms);
  }

  const HiccupMeter meter;
  const absl::Status drained = app.Drain();
  if (!kSanitized) {
    EXPECT_LE(meter.granted(), options.grace + 1s);
  }

  // Some are named, with all that one needs to find them; the rest is counted.
  EXPECT_EQ(drained.code(), absl::StatusCode::kDeadlineExceeded);
  const std::string said(drained.message());
  const std::string path = "/acme.greeter.v1.Greeter/SayHello from ";
  // A machine that let the streams' calls wait has some of them, too; one that
  // let the event threads wait when they were asked has nobody's name.
  const bool in_time = said.find("/Chat from ") == std::string::npos;
  EXPECT_TRUE(in_time || kSanitized || meter.lost() > kSpare) << said;
  const bool named = said.find("that a coroutine blocks") == std::string::npos;
  EXPECT_TRUE(named || meter.lost() > kSpareToName) << said;
  if (in_time && named) {
    EXPECT_EQ(Count(said, " ms old, request stuck-"), kNamed) << said;
    EXPECT_EQ(Count(said, path), kNamed) << said;
    EXPECT_NE(said.find("; and 20 more"), std::string::npos) << said;
  }
  EXPECT_LT(said.size(), 4000u);

  // Every caller has an answer, while the handlers go on.
  for (auto& stream : streams) {
    const absl::Status status = stream->Finish();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    ledger.Add("Chat", status);
  }
  streams.clear();
  callers.clear();
  while (busy.ended < kStreams) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(busy.stuck, kStuck);

  // What is left behind frees itself, and was counted.
  busy.let_go = true;
  EXPECT_TRUE(AreGone("hawkmount-left"));
  CheckTruth(app, ledger);
}

}  // namespace
}  // namespace e2e
