// Where the mounts of an app are served, and which share a server, on real
// sockets. The ids are those of the features that each test shows.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.hawkmount.pb.h"
#include "handlers.h"
#include "oracle.h"
#include "sockets.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using grpc::health::v1::HealthClient;
using grpc::health::v1::HealthMount;

hawkmount::MountOptions Local(int port = 0) {
  return {.host = "127.0.0.1", .port = port};
}

// A health service of the program's own, which says SERVICE_UNKNOWN.
class OtherService final : public grpc::health::v1::HealthHandler {
 public:
  hawkmount::Task CheckAsync(
      CheckContext&,
      const HealthCheckRequest&,
      HealthCheckResponse& response) override {
    response.set_status(HealthCheckResponse::SERVICE_UNKNOWN);
    return absl::OkStatus();
  }
};

bool Greets(const std::string& target) {
  return GreeterClient(hawkmount::Channel::Insecure(target))
      .SayHello({}, {.timeout = 20s})
      .ok();
}
bool Greets(int port) { return Greets(absl::StrCat("127.0.0.1:", port)); }

// What the service that may be the program's own says.
absl::StatusOr<HealthCheckResponse> Other(int port) {
  return HealthClient(
             hawkmount::Channel::Insecure(absl::StrCat("127.0.0.1:", port)))
      .Check({}, {.timeout = 20s});
}

void ExpectSays(
    const absl::Status& status,
    absl::StatusCode code,
    const std::vector<std::string>& texts) {
  EXPECT_EQ(status.code(), code) << status;
  for (const std::string& text : texts) {
    EXPECT_NE(std::string(status.message()).find(text), std::string::npos)
        << text << "\n"
        << status;
  }
}

class AppMountsTest : public testing::Test {
 protected:
  void ExpectStarts() {
    const absl::Status started = app_.Start();
    ASSERT_TRUE(started.ok()) << started;
  }

  CoroutineGreeter greeter_;
  OtherService other_;
  hawkmount::App app_{Quiet()};
};

// H1, H4, H9, H33.
TEST_F(AppMountsTest, TwoServersOnTwoPorts) {
  auto& first = app_.Mount(GreeterMount(greeter_), Local());
  auto& second = app_.Mount(HealthMount(other_), Local());
  ExpectStarts();
  EXPECT_NE(first.port(), second.port());
  EXPECT_NE(first.server(), second.server());
  EXPECT_TRUE(Greets(first.port()));
  EXPECT_FALSE(Greets(second.port())) << "that service is on the other port";
  EXPECT_EQ(Other(second.port())->status(), 3);
  EXPECT_EQ(Other(first.port())->status(), HealthCheckResponse::SERVING);
  EXPECT_TRUE(app_.Shutdown(5s).ok());
  EXPECT_EQ(first.server(), nullptr);
}

// H3: two mounts of one port are one server.
TEST_F(AppMountsTest, TwoServicesOnOnePort) {
  const int port = FreePort();
  auto& first = app_.Mount(GreeterMount(greeter_), Local(port));
  auto& second = app_.Mount(HealthMount(other_), Local(port));
  ExpectStarts();
  EXPECT_EQ(first.server(), second.server());
  EXPECT_TRUE(Greets(port));
  EXPECT_EQ(Other(port)->status(), HealthCheckResponse::SERVICE_UNKNOWN);
}

// H-B5: a later mount's options hold as well, or are refused by name.
TEST_F(AppMountsTest, ALaterMountOfAPortKeepsItsOptions) {
  const int port = FreePort();
  hawkmount::MountOptions later = Local(port);
  later.max_receive_message_size = 100;
  app_.Mount(GreeterMount(greeter_), Local(port));
  app_.Mount(HealthMount(other_), later);
  ExpectStarts();
  SayHelloRequest request;
  request.set_name(std::string(200, 'x'));
  EXPECT_EQ(
      ClientOf(port).SayHello(request, {.timeout = 20s}).status().code(),
      absl::StatusCode::kResourceExhausted);

  hawkmount::App app(Quiet());
  hawkmount::MountOptions sooner = Local(port);
  sooner.max_receive_message_size = 101;
  app.Mount(GreeterMount(greeter_), sooner);
  app.Mount(HealthMount(other_), later);
  ExpectSays(
      app.Start(),
      absl::StatusCode::kInvalidArgument,
      {"acme.greeter.v1.Greeter",
       "grpc.health.v1.Health",
       "max_receive_message_size",
       "100",
       "101"});
}

// H-B6: a free port is told, and shared within a group alone.
TEST_F(AppMountsTest, FreePortsAndGroups) {
  hawkmount::MountOptions together = Local();
  together.group = "together";
  auto& first = app_.Mount(GreeterMount(greeter_), together);
  auto& second = app_.Mount(HealthMount(other_), together);
  auto& alone = app_.Mount(GreeterMount(greeter_), Local());
  EXPECT_EQ(first.port(), 0);
  ExpectStarts();
  EXPECT_GT(first.port(), 0);
  EXPECT_EQ(first.port(), second.port());
  EXPECT_NE(first.port(), alone.port());
  EXPECT_TRUE(Greets(first.port()));
  EXPECT_TRUE(Greets(alone.port()));
}

// H1: socket files, and several addresses of one mount.
TEST_F(AppMountsTest, SocketsAndSeveralAddresses) {
  const TemporaryDirectory directory;
  const std::string file = "unix:" + directory.Path("greeter.sock");
  const std::string name = absl::StrCat("unix-abstract:app_mounts_", getpid());
  auto& socket = app_.Mount(GreeterMount(greeter_), {.host = file});
  auto& several = app_.Mount(
      GreeterMount(greeter_),
      {.addresses = {name, "127.0.0.1:0", "127.0.0.2:0"}});
  ExpectStarts();
  EXPECT_EQ(socket.port(), 0) << "there is none";
  EXPECT_TRUE(Greets(file));
  EXPECT_TRUE(Greets(name));
  EXPECT_TRUE(Greets(several.port()));
  EXPECT_TRUE(Greets(absl::StrCat("127.0.0.2:", several.port())));
  EXPECT_TRUE(app_.Shutdown(5s).ok());
  EXPECT_FALSE(std::filesystem::exists(directory.Path("greeter.sock")));
}

// H10, H-B9: a busy port is told by its name, and not shared with its owner.
TEST_F(AppMountsTest, ABusyPort) {
  int port = 0;
  const auto owner = ListeningOn(&port);
  app_.Mount(GreeterMount(greeter_), Local(port));
  ExpectSays(
      app_.Start(),
      absl::StatusCode::kUnavailable,
      {absl::StrCat("127.0.0.1:", port), "in use"});
}

// H-B7: what is mounted too late is refused, now and at the next start.
TEST_F(AppMountsTest, ALateMountIsRefused) {
  auto& first = app_.Mount(GreeterMount(greeter_), Local());
  ExpectStarts();
  auto& late = app_.Mount(HealthMount(other_), Local(first.port()));
  ExpectSays(
      late.Start(),
      absl::StatusCode::kFailedPrecondition,
      {"grpc.health.v1.Health", "mount before Start"});
  EXPECT_TRUE(Greets(first.port())) << "the first goes on";
  EXPECT_TRUE(app_.Shutdown(5s).ok());
}

// H2, H30, H31, H40, H-B8: whatever the order of the calls, start hooks run
// before anything listens, and shutdown hooks when nothing does any more; also
// after half a start.
TEST_F(AppMountsTest, HooksAroundTheServers) {
  auto& good = app_.Mount(GreeterMount(greeter_), Local());
  std::vector<std::string> words;
  const auto note = [&](const std::string& word) {
    return [&words, &good, word] {
      words.push_back(good.server() == nullptr ? word : word + " too early");
      return absl::OkStatus();
    };
  };
  app_.OnStart("before", note("up"));
  app_.OnShutdown("before", note("down"));
  ExpectStarts();
  EXPECT_TRUE(app_.Shutdown(5s).ok());
  int port = 0;
  const auto owner = ListeningOn(&port);
  app_.Mount(GreeterMount(greeter_), Local(port));
  EXPECT_FALSE(app_.Start().ok());
  EXPECT_EQ(good.server(), nullptr);
  EXPECT_EQ(words, (std::vector<std::string>{"up", "down", "up", "down"}));
}

// H7, H-B18: the grace is for all servers together, and health is told first.
TEST_F(AppMountsTest, ServersStopAtTheSameTime) {
  constexpr int kServers = 4;
  std::vector<hawkmount::MountHandle*> mounts;
  for (int i = 0; i < kServers; ++i) {
    mounts.push_back(&app_.Mount(GreeterMount(greeter_), Local()));
  }
  ExpectStarts();
  std::vector<GreeterClient> clients;
  std::vector<GreeterClient::ChatStream> chats;
  for (const auto* mount : mounts) {
    clients.push_back(ClientOf(mount->port()));
    chats.push_back(clients.back().Chat({.timeout = 120s}));
    ChatRequest line;
    ChatResponse said;
    ASSERT_TRUE(chats.back().Write(line) && chats.back().Read(said));
  }
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(app_.Shutdown(2s).ok());
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took, 2s) << "the calls did not have their grace";
  EXPECT_LT(took, 2s * kServers) << "one after another";
  for (auto& chat : chats) EXPECT_FALSE(chat.Finish().ok());
  EXPECT_FALSE(app_.health().IsServing(""));
}

// H8: TLS or not, a stopped server starts again, on the same port.
TEST_F(AppMountsTest, AServerStartsAgainOnItsPort) {
  const int port = FreePort();
  auto& mount = app_.Mount(GreeterMount(greeter_), Local(port));
  ExpectStarts();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(Greets(port));
    ASSERT_TRUE(mount.Stop(60s).ok());
    EXPECT_FALSE(ConnectTo(TcpSocket(), port));
    const absl::Status again = mount.Start();
    ASSERT_TRUE(again.ok()) << again;
  }
}

}  // namespace
}  // namespace e2e
