#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "listen_server.h"
#include "sockets.h"

namespace e2e {
namespace {

using hawkmount::listen::FileDescriptor;
using hawkmount::listen::Listener;

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
  ASSERT_TRUE((*listener)->Serve(std::move(acceptor)).ok());
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
  ASSERT_TRUE((*listener)->Serve(std::move(acceptor)).ok());
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
  EXPECT_TRUE((*listener)->Serve(nullptr).ok());
  EXPECT_TRUE(IsClosedByPeer(client));
  EXPECT_FALSE(ConnectTo(TcpSocket(), port));
  listener->reset();
  // The client's; those of tests before this one may still be going.
  EXPECT_TRUE(Eventually([&] { return CountDescriptors() <= before + 1; }));
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

}  // namespace
}  // namespace e2e
