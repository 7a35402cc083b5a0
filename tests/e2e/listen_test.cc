#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <string>
#include <thread>
#include <vector>

#include "listen_server.h"

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

}  // namespace
}  // namespace e2e
