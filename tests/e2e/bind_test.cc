#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "listen_server.h"
#include "sockets.h"

// Where a listener may listen, and what it says when it may not.

namespace e2e {
namespace {

using hawkmount::listen::FileDescriptor;
using hawkmount::listen::Listener;
using hawkmount::listen::ListenerOptions;

absl::Status TryBind(
    const std::vector<std::string>& addresses, bool reuse_port = false) {
  ListenerOptions options{.max_connections = 10};
  options.socket.reuse_port = reuse_port;
  return Listener::Bind(Parse(addresses), std::move(options)).status();
}

void ExpectSays(const absl::Status& status, const std::string& text) {
  EXPECT_NE(std::string(status.message()).find(text), std::string::npos)
      << text << "\n"
      << status;
}

// Busy, naming the address.
void ExpectBusy(const std::string& address) {
  const absl::Status status = TryBind({address});
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  ExpectSays(status, "cannot listen on " + address);
  ExpectSays(status, "Address already in use");
  ExpectSays(status, "choose another port");
}

TEST(Bind, APortOfAPlainSocketIsBusy) {
  int port = 0;
  const FileDescriptor other = ListeningOn(&port);
  ExpectBusy("127.0.0.1:" + std::to_string(port));
  ExpectBusy("0.0.0.0:" + std::to_string(port));
  ExpectBusy("[::]:" + std::to_string(port));
  // Other addresses are not.
  EXPECT_TRUE(TryBind({"127.0.0.2:" + std::to_string(port)}).ok());
}

TEST(Bind, APortOfAnotherGrpcServerIsBusy) {
  // As gRPC has it: with SO_REUSEPORT.
  PeerService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(
      "127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterCallbackGenericService(&service);
  const std::unique_ptr<grpc::Server> other = builder.BuildAndStart();
  ASSERT_NE(other, nullptr);
  ExpectBusy("127.0.0.1:" + std::to_string(port));
  other->Shutdown();
}

TEST(Bind, APortOfAnotherListenerIsBusyUntilItCloses) {
  const auto first =
      Listener::Bind(Parse({"127.0.0.1:0"}), {.max_connections = 10});
  ASSERT_TRUE(first.ok());
  const std::string address = (*first)->addresses().front().ToString();
  ExpectBusy(address);
  // One that says so alone does not get it, either.
  EXPECT_TRUE(absl::IsUnavailable(TryBind({address}, true)));
  (*first)->Close();
  EXPECT_TRUE(TryBind({address}).ok());
}

TEST(Bind, APortIsSharedByThoseThatSaySo) {
  ListenerOptions options{.max_connections = 10};
  options.socket.reuse_port = true;
  const auto first = Listener::Bind(Parse({"127.0.0.1:0"}), options);
  ASSERT_TRUE(first.ok());
  const std::string address = (*first)->addresses().front().ToString();
  EXPECT_TRUE(TryBind({address}, true).ok());
  ExpectBusy(address);
}

TEST(Bind, APortIsFreeRightAfterItsConnectionsEnded) {
  std::string address;
  {
    ListenedServer server({"127.0.0.1:0"});
    address = server.listener().addresses().front().ToString();
    ASSERT_EQ(AskPeer(Connect(address)).substr(0, 4), "ipv4");
  }
  const absl::Status status = TryBind({address});
  EXPECT_TRUE(status.ok()) << status;
}

TEST(Bind, AnAddressOfAnotherMachineIsNamed) {
  // Documentation's addresses (RFC 5737, RFC 3849).
  for (const char* address : {"192.0.2.1:50051", "[2001:db8::1]:50051"}) {
    const absl::Status status = TryBind({address});
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    ExpectSays(status, std::string("cannot listen on ") + address);
    ExpectSays(status, "it is not of this machine");
  }
}

TEST(Bind, AHostThatNobodyKnowsIsNamed) {
  const absl::Status status = TryBind({"nobody.invalid:50051"});
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  ExpectSays(status, "nobody.invalid:50051");
  ExpectSays(status, "cannot be resolved");
}

// Runs in a process of its own: there is no way back from dropped privileges.
[[noreturn]] void BindPrivileged(int port) {
  if (geteuid() == 0 && setuid(65534) != 0) _exit(2);
  const absl::Status status = TryBind({"127.0.0.1:" + std::to_string(port)});
  fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  _exit(absl::IsPermissionDenied(status) ? 0 : 1);
}

TEST(Bind, APrivilegedPortNeedsAPermission) {
  int first = 0;
  std::ifstream("/proc/sys/net/ipv4/ip_unprivileged_port_start") >> first;
  ASSERT_GT(first, 1) << "no port is privileged here";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      BindPrivileged(1),
      testing::ExitedWithCode(0),
      "cannot listen on 127.0.0.1:1: Permission denied; ports below "
      "[0-9]+ are privileged: grant the process CAP_NET_BIND_SERVICE");
}

TEST(Bind, NothingIsListenedOnWhenOneAddressFails) {
  int busy = 0;
  const FileDescriptor other = ListeningOn(&busy);
  const int free = FreePort();
  const TemporaryDirectory directory;
  const std::string file = directory.Path("socket");
  const absl::Status status = TryBind(
      {"unix:" + file,
       "127.0.0.1:" + std::to_string(free),
       "127.0.0.1:" + std::to_string(busy)});
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  ExpectSays(status, "127.0.0.1:" + std::to_string(busy));
  EXPECT_FALSE(ConnectTo(TcpSocket(), free));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(Bind, NoAddressIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(TryBind({})));
}

TEST(SocketFile, ServesAndGoesWithItsListener) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("socket");
  {
    ListenedServer server({"unix:" + path});
    EXPECT_EQ(server.listener().port(), 0);
    const std::string peer = AskPeer(Connect("unix:" + path));
    EXPECT_EQ(peer.substr(0, 5), "unix:");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(SocketFile, AnAbstractNameLeavesNoFile) {
  const std::string name =
      "unix-abstract:listen_test_" + std::to_string(getpid());
  ListenedServer server({name});
  const std::string peer = AskPeer(Connect(name));
  EXPECT_EQ(peer.substr(0, 5), "unix:");
  // It is taken.
  const absl::Status status = TryBind({name});
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  ExpectSays(status, "cannot listen on " + name);
}

// As a process leaves it that was killed.
void LeaveSocket(const std::string& path) {
  const FileDescriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(
      bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)),
      0);
  ASSERT_EQ(listen(fd.get(), 1), 0);
}

TEST(SocketFile, OneThatWasLeftBehindIsReplaced) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("socket");
  LeaveSocket(path);
  ASSERT_TRUE(std::filesystem::exists(path));
  ListenedServer server({"unix:" + path});
  EXPECT_EQ(AskPeer(Connect("unix:" + path)).substr(0, 5), "unix:");
}

TEST(SocketFile, OneThatIsServedIsLeftAlone) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("socket");
  ListenedServer server({"unix:" + path});
  const absl::Status status = TryBind({"unix:" + path});
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  ExpectSays(status, "cannot listen on unix:" + path);
  ExpectSays(status, "another process listens on it");
  EXPECT_EQ(AskPeer(Connect("unix:" + path)).substr(0, 5), "unix:");
}

TEST(SocketFile, AFileOfAnotherKindIsLeftAlone) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("socket");
  std::ofstream(path) << "precious";
  const absl::Status status = TryBind({"unix:" + path});
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  ExpectSays(status, "is no socket");
  std::string text;
  std::ifstream(path) >> text;
  EXPECT_EQ(text, "precious");
}

TEST(SocketFile, ADirectoryThatIsMissingIsNamed) {
  const TemporaryDirectory directory;
  const absl::Status status =
      TryBind({"unix:" + directory.Path("missing/socket")});
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  ExpectSays(status, "make its directory first");
}

TEST(SocketFile, OneThatTookItsPlaceStaysAtClose) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("socket");
  const auto first =
      Listener::Bind(Parse({"unix:" + path}), {.max_connections = 10});
  ASSERT_TRUE(first.ok());
  std::filesystem::remove(path);
  ListenedServer second({"unix:" + path});
  (*first)->Close();
  EXPECT_EQ(AskPeer(Connect("unix:" + path)).substr(0, 5), "unix:");
}

}  // namespace
}  // namespace e2e
