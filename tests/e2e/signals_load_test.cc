// What becomes of calls when App::Run is told to end by a signal.

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "child.h"
#include "handlers.h"
#include "hiccup_meter.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

constexpr auto kShortGrace = 300ms;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// Tells, when all is over, how many calls were begun, how many were OK, and
// how many were cut off.
int ServeCounted() {
  CoroutineGreeter greeter;
  hawkmount::AppOptions options = Telling();
  options.grace = kShortGrace;
  hawkmount::App app(options);
  app.Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = 0});
  const int result = app.Run();
  for (const char* method : {"SayHello", "Chat"}) {
    const std::string label = MethodLabel(method);
    const auto ended = [&](const char* code) {
      return Sample(
          app,
          "hawkapi_grpc_requests_total{" + label + ",code=\"" + code + "\"}");
    };
    std::printf(
        "%s %.0f %.0f %.0f\n",
        method,
        Sample(app, "hawkapi_grpc_requests_started_total{" + label + "}"),
        ended("OK"),
        ended("CANCELLED") + ended("UNAVAILABLE"));
  }
  std::fflush(stdout);
  return result;
}

// What became of calls, as a child or its callers have it.
struct Calls {
  int begun = 0;
  int ok = 0;
  int cut_off = 0;
};

Calls Counted(Child& child, const std::string& method) {
  Calls calls;
  const std::string line = child.WaitFor(method + " ");
  EXPECT_EQ(
      std::sscanf(
          line.c_str(), "%d %d %d", &calls.begun, &calls.ok, &calls.cut_off),
      3)
      << line;
  EXPECT_EQ(calls.begun, calls.ok + calls.cut_off) << line;
  return calls;
}

bool IsCutOff(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsCancelled(status);
}

constexpr int kCallers = 4;

// Calls until the server goes away.
void CallOnAndOn(int port, std::atomic<int>& ok) {
  const GreeterClient client = ClientOf(port);
  absl::Status status;
  do {
    status = client.SayHello(SayHelloRequest(), {.timeout = 60s}).status();
    ok += status.ok();
  } while (status.ok());
  EXPECT_TRUE(IsCutOff(status)) << status;
}

// Talks until the server goes away.
void TalkOnAndOn(int port, std::atomic<int>& lines) {
  const GreeterClient client = ClientOf(port);
  auto stream = client.Chat({.timeout = 60s});
  ChatRequest request;
  request.set_line("x");
  for (ChatResponse response; stream.Write(request) && stream.Read(response);) {
    ++lines;
  }
  const absl::Status status = stream.Finish();
  EXPECT_TRUE(IsCutOff(status)) << status;
}

// L7. A call ends with what its handler said, or its caller is told that the
// server went away; the server has counted each of them.
TEST(SignalsLoadTest, EveryCallIsAnsweredOrCutOffAndCounted) {
  const int rounds = std::getenv("HAWKMOUNT_LONG") != nullptr ? 200 : 20;
  int answered = 0;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    Child child("serve");
    const int port = child.WaitForPort();
    std::atomic<int> ok = 0;
    std::atomic<int> lines = 0;
    std::vector<std::jthread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back([&] { CallOnAndOn(port, ok); });
    }
    callers.emplace_back([&] { TalkOnAndOn(port, lines); });
    while (ok < 20 + round || lines == 0) std::this_thread::yield();
    const HiccupMeter meter;
    child.Send(SIGTERM);
    const Calls hellos = Counted(child, "SayHello");
    const Calls chats = Counted(child, "Chat");
    child.ExpectsExit(0);
    if (!kSanitized) {
      EXPECT_LE(meter.granted(), kShortGrace + 1s);
    }
    callers.clear();
    // Each caller's last call may have been lost on its way, or cut off.
    EXPECT_GE(hellos.ok, ok);
    EXPECT_LE(hellos.begun, ok + kCallers);
    EXPECT_EQ(chats.begun, 1);
    EXPECT_EQ(chats.cut_off, 1);
    answered += ok;
    if (testing::Test::HasFailure()) break;
  }
  std::printf("%d calls answered in %d rounds\n", answered, rounds);
}

}  // namespace
}  // namespace e2e

int main(int argc, char** argv) {
  if (argc > 2 && std::string(argv[1]) == "--child") {
    return e2e::ServeCounted();
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
