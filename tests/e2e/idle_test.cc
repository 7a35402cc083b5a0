// Stops of servers that have connections, but no calls: they do not take the
// grace.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <string>
#include <thread>

#include "handlers.h"
#include "sockets.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::listen::FileDescriptor;

constexpr auto kGrace = 300s;
// Far from the grace, and far from what a slow machine needs.
constexpr auto kAtOnce = 60s;

class IdleTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(served_.app().Start().ok()); }

  int Port() const { return served_.Port(hawkmount::kCoroutine); }

  void CheckStopsAtOnce() {
    const auto start = std::chrono::steady_clock::now();
    const absl::Status stopped = served_.app().Shutdown(kGrace);
    EXPECT_TRUE(stopped.ok()) << stopped;
    EXPECT_LT(std::chrono::steady_clock::now() - start, kAtOnce);
  }

  // A caller that says no more than this, and listens to nothing.
  static FileDescriptor Say(int port, const std::string& bytes) {
    FileDescriptor caller = ConnectedTo(port);
    EXPECT_EQ(
        send(caller.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
        static_cast<ssize_t>(bytes.size()));
    return caller;
  }

  BothStyles served_{Quiet()};
};

// The preface of HTTP/2, and an empty SETTINGS.
const std::string& Hello() {
  static const auto& hello = *new std::string(
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
      std::string("\0\0\0\4\0\0\0\0\0", 9));
  return hello;
}

TEST_F(IdleTest, AClientWithoutCalls) {
  const GreeterClient client = ClientOf(Port());
  ASSERT_TRUE(client.SayHello(SayHelloRequest(), {.timeout = 60s}).ok());
  CheckStopsAtOnce();
}

TEST_F(IdleTest, ACallerThatIgnoresGoaway) {
  const FileDescriptor caller = Say(Port(), Hello());
  // Its SETTINGS are there: it is a connection by now.
  char bytes[9];
  ASSERT_EQ(recv(caller.get(), bytes, sizeof(bytes), MSG_WAITALL), 9);
  CheckStopsAtOnce();
  EXPECT_TRUE(IsClosedByPeer(caller));
}

TEST_F(IdleTest, ACallerThatNeverSaidAnything) {
  const FileDescriptor silent = Say(Port(), "");
  const FileDescriptor half = Say(Port(), Hello().substr(0, 10));
  CheckStopsAtOnce();
  EXPECT_TRUE(IsClosedByPeer(silent));
  EXPECT_TRUE(IsClosedByPeer(half));
}

// What is in flight still has its time, and then what is left is closed.
TEST_F(IdleTest, ACallerThatIgnoresGoawayBesideACall) {
  const FileDescriptor caller = Say(Port(), Hello());
  char bytes[9];
  ASSERT_EQ(recv(caller.get(), bytes, sizeof(bytes), MSG_WAITALL), 9);
  const GreeterClient client = ClientOf(Port());
  auto stream = client.Chat({.timeout = 60s});
  ChatRequest request;
  ChatResponse response;
  ASSERT_TRUE(stream.Write(request));
  ASSERT_TRUE(stream.Read(response));
  std::thread stop([this] { CheckStopsAtOnce(); });
  while (!served_.app().stopping().stop_requested()) {
    std::this_thread::sleep_for(1ms);
  }
  // Longer than callers get to say goodbye.
  std::this_thread::sleep_for(1s);
  EXPECT_TRUE(stream.Write(request));
  EXPECT_TRUE(stream.Read(response));
  stream.WritesDone();
  EXPECT_TRUE(stream.Finish().ok());
  stop.join();
  EXPECT_TRUE(IsClosedByPeer(caller));
}

}  // namespace
}  // namespace e2e
