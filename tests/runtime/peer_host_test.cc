#include "interceptors/peer_host.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hawkmount::interceptors {
namespace {

TEST(PeerHostTest, LeavesOutThePort) {
  EXPECT_EQ(HostOf("ipv4:192.0.2.7:50000"), "ipv4:192.0.2.7");
  EXPECT_EQ(HostOf("ipv4:192.0.2.7:1"), "ipv4:192.0.2.7");
  EXPECT_EQ(HostOf("ipv6:%5B2001:db8::1%5D:50000"), "ipv6:%5B2001:db8::1%5D");
  EXPECT_EQ(HostOf("ipv6:[::1]:50000"), "ipv6:[::1]");
  EXPECT_EQ(
      HostOf("ipv6:%5Bfe80::1%25eth0%5D:50000"), "ipv6:%5Bfe80::1%25eth0%5D");
}

TEST(PeerHostTest, AnAddressWithoutOneStays) {
  for (const std::string peer :
       {"",
        "ipv4",
        "ipv4:",
        "ipv4:50000",
        "ipv6:%5B::1%5D",
        "unknown",
        "127.0.0.1:50000"}) {
    EXPECT_EQ(HostOf(peer), peer);
  }
}

// Nobody gets another bucket by another name of its own end.
TEST(PeerHostTest, AllSocketFilesAreOne) {
  for (const char* peer :
       {"unix:",
        "unix:/tmp/client-1.sock",
        "unix:/tmp/client:50000",
        "unix-abstract:%00client"}) {
    EXPECT_EQ(HostOf(peer), "unix") << peer;
  }
}

}  // namespace
}  // namespace hawkmount::interceptors
