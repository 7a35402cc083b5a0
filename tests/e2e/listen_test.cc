#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "listen/file_limit.h"
#include "listen_server.h"
#include "sockets.h"

namespace e2e {
namespace {

using hawkmount::listen::FileDescriptor;
using hawkmount::listen::Listener;

using hawkmount::listen::ListenerOptions;

bool StartsWith(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

TEST(Listener, AllInterfacesAreBothFamilies) {
  ListenedServer server({"[::]:0"});
  // The peer is told as gRPC's own listeners tell it.
  const std::string ipv4 = AskPeer(Connect(server.Target("127.0.0.1")));
  EXPECT_TRUE(StartsWith(ipv4, "ipv4:127.0.0.1:")) << ipv4;
  const std::string ipv6 = AskPeer(Connect(server.Target("[::1]")));
  EXPECT_TRUE(StartsWith(ipv6, "ipv6:%5B::1%5D:")) << ipv6;
}

TEST(Listener, SeveralAddressesShareAFreePort) {
  ListenedServer server({"127.0.0.1:0", "[::1]:0", "127.0.0.2:0"});
  ASSERT_EQ(server.listener().addresses().size(), 3u);
  for (const auto& address : server.listener().addresses()) {
    EXPECT_EQ(address.port, server.listener().port());
    const std::string peer = AskPeer(Connect(address.ToString()));
    EXPECT_TRUE(StartsWith(peer, "ipv")) << peer;
  }
}

TEST(Listener, LocalhostIsBothFamiliesOnOnePort) {
  ListenedServer server({"localhost:0"});
  ASSERT_EQ(server.listener().addresses().size(), 1u);
  for (const char* host : {"127.0.0.1", "[::1]", "localhost"}) {
    const std::string peer = AskPeer(Connect(server.Target(host)));
    EXPECT_TRUE(StartsWith(peer, "ipv")) << host << " " << peer;
  }
}

TEST(Listener, ConnectionsDoNotWaitToSendLittle) {
  ListenedServer server({"127.0.0.1:0"});
  // Connections inherit it; gRPC sets it on its own listeners alone.
  const std::shared_ptr<grpc::Channel> channel =
      Connect(server.Target("127.0.0.1"));
  ASSERT_TRUE(StartsWith(AskPeer(channel), "ipv4:"));
  int checked = 0;
  for (int fd = 3; fd < 1024; ++fd) {
    sockaddr_in local{};
    socklen_t size = sizeof(local);
    sockaddr_in peer{};
    socklen_t peer_size = sizeof(peer);
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&local), &size) != 0 ||
        getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0 ||
        local.sin_family != AF_INET ||
        ntohs(local.sin_port) != server.listener().port()) {
      continue;
    }
    int value = 0;
    socklen_t value_size = sizeof(value);
    ASSERT_EQ(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &value_size), 0);
    EXPECT_NE(value, 0);
    ++checked;
  }
  EXPECT_EQ(checked, 1);
}

TEST(Listener, OverTheCapConnectionsAreClosedAsTheyCome) {
  ListenedServer server({"127.0.0.1:0"}, {.max_connections = 3});
  const int port = server.listener().port();
  std::vector<FileDescriptor> open;
  for (int i = 0; i < 3; ++i) open.push_back(ConnectedTo(port));
  ASSERT_TRUE(
      Eventually([&] { return server.listener().counts().accepted == 3; }));
  for (int i = 0; i < 20; ++i) {
    const FileDescriptor one_more = ConnectedTo(port);
    EXPECT_TRUE(IsClosedByPeer(one_more));
  }
  const auto counts = server.listener().counts();
  EXPECT_EQ(counts.accepted, 3u);
  EXPECT_EQ(counts.refused, 20u);
  EXPECT_EQ(counts.errors, 0u);
  EXPECT_EQ(counts.open, 3u);
  ASSERT_EQ(server.warnings().size(), 1u);
  EXPECT_NE(
      server.warnings().front().find("3 are open, which is max_connections"),
      std::string::npos)
      << server.warnings().front();

  // One that ends makes room for one.
  open.pop_back();
  EXPECT_TRUE(Eventually([&] { return server.listener().counts().open == 2; }));
  EXPECT_EQ(AskPeer(Connect(server.Target("127.0.0.1"))).substr(0, 4), "ipv4");
}

TEST(Listener, ConnectionsThatEndedAreForgotten) {
  ListenedServer server({"127.0.0.1:0"}, {.max_connections = 5000});
  const int port = server.listener().port();
  // gRPC's own descriptors are there from its first call on.
  ASSERT_EQ(AskPeer(Connect(server.Target("127.0.0.1"))).substr(0, 4), "ipv4");
  ASSERT_TRUE(Eventually([&] { return server.listener().counts().open == 0; }));
  const int before = CountDescriptors();
  for (int i = 0; i < 1000; ++i) {
    FileDescriptor connection = ConnectedTo(port);
    if (i % 2 == 0) Reset(std::move(connection));
  }
  EXPECT_EQ(AskPeer(Connect(server.Target("127.0.0.1"))).substr(0, 4), "ipv4");
  EXPECT_TRUE(Eventually([&] { return CountDescriptors() <= before; }))
      << CountDescriptors() << " descriptors, and " << before << " before";
  const auto counts = server.listener().counts();
  EXPECT_EQ(counts.open, 0u);
  EXPECT_GE(counts.accepted, 501u);  // at least those that were not reset
  EXPECT_LE(counts.accepted, 1002u);
  EXPECT_EQ(counts.refused, 0u);
}

TEST(Listener, AnEndedConnectionLeavesRoomAtOnceUnderTheCap) {
  ListenedServer server({"127.0.0.1:0"}, {.max_connections = 4});
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(
        AskPeer(Connect(server.Target("127.0.0.1"))).substr(0, 4), "ipv4");
    ASSERT_TRUE(
        Eventually([&] { return server.listener().counts().open == 0; }));
  }
  EXPECT_EQ(server.listener().counts().refused, 0u);
}

TEST(Listener, ClosedItTakesNoMoreAndItsConnectionsGoOn) {
  ListenedServer server({"127.0.0.1:0"});
  const auto channel = Connect(server.Target("127.0.0.1"));
  const std::string peer = AskPeer(channel);
  ASSERT_EQ(peer.substr(0, 4), "ipv4");
  server.listener().Close();
  EXPECT_FALSE(ConnectTo(TcpSocket(), server.listener().port()));
  // The same connection.
  EXPECT_EQ(AskPeer(channel), peer);
  EXPECT_EQ(server.listener().counts().open, 1u);
}

// Complete, for their clients, before it accepted them.
TEST(Listener, ConnectionsThatWaitWhenItClosesAreHandedOver) {
  PeerService service;
  auto listener =
      Listener::Bind(Parse({"127.0.0.1:0"}), {.max_connections = 1000});
  ASSERT_TRUE(listener.ok());
  std::vector<FileDescriptor> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(ConnectedTo((*listener)->port()));
  }
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(&service);
  auto acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      grpc::InsecureServerCredentials());
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  (*listener)->Serve(std::move(acceptor));
  (*listener)->Close();
  EXPECT_EQ((*listener)->counts().accepted, 200u);
  // gRPC greets each with its settings.
  for (const FileDescriptor& client : clients) {
    EXPECT_TRUE(Eventually([&] {
      char byte = 0;
      return recv(client.get(), &byte, 1, MSG_DONTWAIT) == 1;
    }));
  }
  // gRPC would wait 20 s for each to answer its farewell.
  clients.clear();
  server->Shutdown();
}

TEST(Listener, AClientThatIsGoneIsNoConnection) {
  PeerService service;
  auto listener =
      Listener::Bind(Parse({"127.0.0.1:0"}), {.max_connections = 1000});
  ASSERT_TRUE(listener.ok());
  for (int i = 0; i < 10; ++i) Reset(ConnectedTo((*listener)->port()));
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(&service);
  auto acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      grpc::InsecureServerCredentials());
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  (*listener)->Serve(std::move(acceptor));
  const std::string target = "127.0.0.1:" + std::to_string((*listener)->port());
  EXPECT_EQ(AskPeer(Connect(target)).substr(0, 4), "ipv4");
  EXPECT_EQ((*listener)->counts().accepted, 1u);
  (*listener)->Close();
  server->Shutdown();
}

TEST(Listener, ClosesOnceHoweverManyAsk) {
  for (int round = 0; round < 20; ++round) {
    ListenedServer server({"127.0.0.1:0", "[::1]:0"});
    const int port = server.listener().port();
    std::vector<std::jthread> callers;
    for (int i = 0; i < 8; ++i) {
      callers.emplace_back([&] {
        server.listener().Close();
        // Closed for each of them when it returns.
        EXPECT_FALSE(ConnectTo(TcpSocket(), port));
        server.listener().counts();
      });
    }
  }
}

TEST(Listener, ClosesWithoutHavingServed) {
  const int before = CountDescriptors();
  auto listener =
      Listener::Bind(Parse({"127.0.0.1:0"}), {.max_connections = 10});
  ASSERT_TRUE(listener.ok());
  const int port = (*listener)->port();
  const FileDescriptor client = ConnectedTo(port);
  (*listener)->Close();
  (*listener)->Serve(nullptr);
  EXPECT_TRUE(IsClosedByPeer(client));
  EXPECT_FALSE(ConnectTo(TcpSocket(), port));
  listener->reset();
  EXPECT_EQ(CountDescriptors(), before + 1);  // the client's
}

// In a process of its own, which runs out of descriptors and gets them back.
[[noreturn]] void RunOutOfDescriptors() {
  const rlimit limit{256, 256};
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) _exit(2);
  {
    ListenedServer server({"127.0.0.1:0"}, {.max_connections = 1000});
    const auto channel = Connect(server.Target("127.0.0.1"));
    const std::string peer = AskPeer(channel);
    std::vector<FileDescriptor> clients;
    for (int i = 0; i < 5; ++i) clients.push_back(TcpSocket());
    std::vector<FileDescriptor> taken;
    while (true) {
      FileDescriptor one_more(dup(0));
      if (!one_more.valid()) break;
      taken.push_back(std::move(one_more));
    }
    const auto begin = std::chrono::steady_clock::now();
    for (const FileDescriptor& client : clients) {
      EXPECT_TRUE(ConnectTo(client, server.listener().port()));
    }
    EXPECT_TRUE(
        Eventually([&] { return server.listener().counts().errors >= 4; }));
    // It tries again, and rests between.
    EXPECT_GE(
        std::chrono::steady_clock::now() - begin,
        std::chrono::milliseconds(300));
    EXPECT_EQ(server.listener().counts().accepted, 1u);
    EXPECT_EQ(AskPeer(channel), peer);  // who is there is served

    taken.clear();
    const auto freed = std::chrono::steady_clock::now();
    EXPECT_TRUE(
        Eventually([&] { return server.listener().counts().accepted == 6; }));
    fprintf(
        stderr,
        "accepts %lld ms after descriptors are free\n",
        static_cast<long long>(
            std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::steady_clock::now() - freed)
                .count()));
    EXPECT_EQ(
        AskPeer(Connect(server.Target("127.0.0.1"))).substr(0, 4), "ipv4");
    EXPECT_EQ(server.warnings().size(), 1u);
    EXPECT_NE(
        server.warnings().front().find("Too many open files"),
        std::string::npos);
  }
  _exit(testing::Test::HasFailure() ? 1 : 0);
}

TEST(Listener, GoesOnWhenDescriptorsRanOut) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      RunOutOfDescriptors(),
      testing::ExitedWithCode(0),
      "accepts [0-9]+ ms after descriptors are free");
}

std::string ReadFile(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(Listener, ServesTls) {
  const TemporaryDirectory directory;
  const std::string key = directory.Path("key.pem");
  const std::string certificate = directory.Path("certificate.pem");
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
      "-days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost "
      "-keyout " +
      key + " -out " + certificate + " 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({ReadFile(key), ReadFile(certificate)});
  ListenedServer server(
      {"localhost:0"},
      {.max_connections = 10},
      grpc::SslServerCredentials(options));
  grpc::SslCredentialsOptions trust;
  trust.pem_root_certs = ReadFile(certificate);
  const auto trusting = grpc::SslCredentials(trust);
  for (const char* host : {"localhost", "127.0.0.1", "[::1]"}) {
    grpc::ChannelArguments name;
    name.SetSslTargetNameOverride("localhost");
    const std::string peer =
        AskPeer(Connect(server.Target(host), trusting, name));
    EXPECT_EQ(peer.substr(0, 3), "ipv") << peer;
  }
  // UNAVAILABLE: in plaintext there is nobody.
  EXPECT_EQ(AskPeer(Connect(server.Target("127.0.0.1"))).substr(0, 4), "14: ");
}

TEST(FileLimit, TheSoftLimitIsRaisedToTheHardOne) {
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit lowered = before;
  lowered.rlim_cur = 128;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &lowered), 0);
  EXPECT_EQ(hawkmount::listen::FileLimit(), 128u);
  const auto raised = hawkmount::listen::RaiseFileLimit();
  ASSERT_TRUE(raised.ok()) << raised.status();
  EXPECT_EQ(*raised, before.rlim_max);
  EXPECT_EQ(hawkmount::listen::FileLimit(), before.rlim_max);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(FileLimit, TheDefaultCapLeavesDescriptorsForOthers) {
  using hawkmount::listen::DefaultMaxConnections;
  EXPECT_EQ(DefaultMaxConnections(20000), 17936u);
  EXPECT_EQ(DefaultMaxConnections(1024), 858u);
  EXPECT_EQ(DefaultMaxConnections(64), 16u);
  EXPECT_EQ(DefaultMaxConnections(1), 1u);
}

}  // namespace
}  // namespace e2e
