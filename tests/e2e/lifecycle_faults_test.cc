// What a program can do wrong with an app, or often. The ids are those of
// docs/reliability.md.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "handlers.h"
#include "sockets.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

bool Answers(int port) {
  return ClientOf(port).SayHello(SayHelloRequest(), {.timeout = 60s}).ok();
}

int Threads() {
  int count = 0;
  for ([[maybe_unused]] const auto& task :
       std::filesystem::directory_iterator("/proc/self/task")) {
    ++count;
  }
  return count;
}

// L4.
TEST(LifecycleFaultsTest, OnePortForCallsAndPages) {
  const int port = FreePort();
  CoroutineGreeter greeter;
  hawkmount::AppOptions options = Quiet();
  options.http = {.host = "127.0.0.1", .port = port};
  hawkmount::App app(options);
  app.Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = port});
  const absl::Status refused = app.Start();
  EXPECT_FALSE(refused.ok());
  EXPECT_NE(
      refused.message().find(std::to_string(port)), absl::string_view::npos)
      << refused;
  EXPECT_FALSE(ConnectTo(TcpSocket(), port)) << "something listens";
}

// L5.
TEST(LifecycleFaultsTest, AnAppThatIsNotStoppedStopsItsCalls) {
  CoroutineGreeter greeter;
  auto app = std::make_unique<hawkmount::App>(Quiet());
  auto& mount =
      app->Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app->Start().ok());
  const int port = mount.port();
  const GreeterClient client = ClientOf(port);
  auto stream = client.Chat({.timeout = 60s});
  ChatResponse line;
  ASSERT_TRUE(stream.Write({}));
  ASSERT_TRUE(stream.Read(line));
  app.reset();
  EXPECT_EQ(stream.Finish().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(ConnectTo(TcpSocket(), port)) << "something listens";
  EXPECT_TRUE(AreGone("hawkmount-event"));
}

// L6.
TEST(LifecycleFaultsTest, AHundredStartsLeaveNothing) {
  BothStyles served(Quiet());
  int descriptors = 0;
  int threads = 0;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(served.app().Start().ok());
    for (const auto style : {hawkmount::kBlocking, hawkmount::kCoroutine}) {
      ASSERT_TRUE(Answers(served.Port(style)));
    }
    ASSERT_TRUE(served.app().Shutdown(5s).ok());
    if (i == 10) {  // gRPC has what it keeps
      descriptors = CountDescriptors();
      threads = Threads();
    }
  }
  // gRPC's own pool grows and shrinks by itself.
  EXPECT_TRUE(Eventually([&] {
    return CountDescriptors() <= descriptors + 4 && Threads() <= threads + 8;
  })) << CountDescriptors()
      << " descriptors, not " << descriptors << "; " << Threads()
      << " threads, not " << threads;
  EXPECT_TRUE(AreGone("hawkmount-event"));
}

// L12.
TEST(LifecycleFaultsTest, AForkLeavesTheServerAsItIs) {
  CoroutineGreeter greeter;
  hawkmount::App app(Quiet());
  auto& mount =
      app.Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const int port = mount.port();
  ASSERT_TRUE(Answers(port));
  const pid_t brief = fork();
  if (brief == 0) _exit(0);
  int status = 0;
  ASSERT_EQ(waitpid(brief, &status, 0), brief);
  EXPECT_TRUE(Answers(port));
  // One that lives on has the listening socket, too, but accepts nothing; the
  // port is free when both are done.
  const pid_t lasting = fork();
  if (lasting == 0) {
    while (true) pause();
  }
  EXPECT_TRUE(Answers(port));
  EXPECT_TRUE(app.Shutdown(5s).ok());
  ASSERT_EQ(kill(lasting, SIGKILL), 0);
  ASSERT_EQ(waitpid(lasting, &status, 0), lasting);
  EXPECT_FALSE(ConnectTo(TcpSocket(), port)) << "something listens";
}

}  // namespace
}  // namespace e2e
