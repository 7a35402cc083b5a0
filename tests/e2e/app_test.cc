// What an App tells its user.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "child.h"
#include "handlers.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

// A port that somebody else listens on.
class BusyPort {
 public:
  BusyPort() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(socket_, generic, size), 0);
    EXPECT_EQ(listen(socket_, 1), 0);
    EXPECT_EQ(getsockname(socket_, generic, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~BusyPort() { close(socket_); }
  int port() const { return port_; }

 private:
  int socket_;
  int port_ = 0;
};

TEST(AppTest, ABusyPortIsRefusedByName) {
  BusyPort busy;
  CoroutineGreeter greeter;
  hawkmount::App app(Quiet());
  app.Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = busy.port()});
  const absl::Status status = app.Start();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(
      status.message().find("127.0.0.1:" + std::to_string(busy.port())),
      absl::string_view::npos)
      << status;
}

TEST(AppTest, TwoAppsDoNotShareAPort) {
  BothStyles first(Quiet());
  ASSERT_TRUE(first.app().Start().ok());
  CoroutineGreeter greeter;
  hawkmount::App second(Quiet());
  second.Mount(
      GreeterMount(greeter),
      {.host = "127.0.0.1", .port = first.Port(hawkmount::kBlocking)});
  EXPECT_EQ(second.Start().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(first.Client(hawkmount::kBlocking)
                  .SayHello(SayHelloRequest(), {.timeout = 10s})
                  .ok());
}

TEST(AppTest, ABusyHttpPortRollsTheServersBack) {
  BusyPort busy;
  CoroutineGreeter greeter;
  hawkmount::AppOptions options = Quiet();
  options.http = {.host = "127.0.0.1", .port = busy.port()};
  hawkmount::App app(options);
  auto& mount =
      app.Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = 0});
  const absl::Status status = app.Start();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(
      status.message().find(std::to_string(busy.port())),
      absl::string_view::npos)
      << status;
  EXPECT_FALSE(ClientOf(mount.port())
                   .SayHello(SayHelloRequest(), {.timeout = 60s})
                   .ok());
}

TEST(AppTest, BadPortsAreRefusedBeforeGrpcSeesThem) {
  CoroutineGreeter greeter;
  for (const int port : {-1, 65536, 99999}) {
    hawkmount::App app(Quiet());
    app.Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = port});
    const absl::Status status = app.Start();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(
        status.message().find(std::to_string(port)), absl::string_view::npos)
        << status;
  }
}

TEST(AppTest, AMountAfterTheStartIsAnError) {
  CoroutineGreeter greeter;
  std::shared_ptr<std::vector<std::string>> lines;
  hawkmount::App app({.logger = KeepLines(lines)});
  app.Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  app.Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = 0});
  EXPECT_NE(lines->back().find("after the app had started"), std::string::npos);
  EXPECT_TRUE(app.Shutdown(60s).ok());
}

TEST(AppTest, StartsAgainAfterAShutdown) {
  BothStyles served(Quiet());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(served.app().Start().ok());
    EXPECT_TRUE(served.Client(hawkmount::kCoroutine)
                    .SayHello(SayHelloRequest(), {.timeout = 10s})
                    .ok());
    ASSERT_TRUE(served.app().Shutdown(60s).ok());
  }
}

class Nothing final : public GreeterHandler {};

TEST(AppTest, MethodsThatNobodyOverridesAnswerUnimplementedAndAreTold) {
  Nothing nothing;
  std::shared_ptr<std::vector<std::string>> lines;
  hawkmount::App app({.logger = KeepLines(lines)});
  auto& mount =
      app.Mount(GreeterMount(nothing), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const GreeterClient client = ClientOf(mount.port());
  Ledger ledger;
  const absl::Status hello = client.SayHello(SayHelloRequest()).status();
  EXPECT_EQ(hello.code(), absl::StatusCode::kUnimplemented);
  ledger.Add("SayHello", hello);
  auto chat = client.Chat();
  const absl::Status chatted = chat.Finish();
  EXPECT_EQ(chatted.code(), absl::StatusCode::kUnimplemented);
  ledger.Add("Chat", chatted);
  CheckTruth(app, ledger);
  EXPECT_TRUE(app.Shutdown(60s).ok());
  int told = 0;
  for (const std::string& line : *lines) {
    if (line.find("answers UNIMPLEMENTED") != std::string::npos) ++told;
  }
  EXPECT_EQ(told, 4);
}

// H20.
TEST(AppTest, UnobservedMountsCountNothing) {
  CoroutineGreeter greeter;
  hawkmount::App app(Quiet());
  auto& mount = app.Mount(
      GreeterMount(greeter),
      {.host = "127.0.0.1", .port = 0, .observability = false});
  ASSERT_TRUE(app.Start().ok());
  EXPECT_TRUE(ClientOf(mount.port())
                  .SayHello(SayHelloRequest(), {.timeout = 10s})
                  .ok());
  EXPECT_TRUE(app.Shutdown(60s).ok());
  EXPECT_EQ(
      app.MetricsText().find("hawkapi_grpc_requests_total{method=\"/acme"),
      std::string::npos);
}

// In a child, as signals are the whole process's.
TEST(AppTest, RunEndsOnASignalWithZero) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Child child("run");
    child.WaitForPort();
    child.Send(signal);
    child.ExpectsExit(0);
  }
}

int Run() {
  // A thread that was there before the app, as in any real program.
  std::thread early([] { std::this_thread::sleep_for(600s); });
  early.detach();
  BothStyles served(Telling());
  return served.app().Run();
}

}  // namespace
}  // namespace e2e

int main(int argc, char** argv) {
  if (argc > 2 && std::string(argv[1]) == "--child") return e2e::Run();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
