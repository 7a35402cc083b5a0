#include "listen/address.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "listen/resolve.h"

namespace hawkmount::listen {
namespace {

TEST(ParseAddress, EveryAddressHasOneSpelling) {
  const std::pair<std::string, std::string> spellings[] = {
      {"127.0.0.1:50051", "127.0.0.1:50051"},
      {"0.0.0.0:1", "0.0.0.0:1"},
      {"[::]:65535", "[::]:65535"},
      {"[0:0:0:0:0:0:0:1]:0080", "[::1]:80"},
      {"[2001:DB8::A]:443", "[2001:db8::a]:443"},
      {"[fe80::1%eth0]:443", "[fe80::1%eth0]:443"},
      {"[::ffff:127.0.0.1]:5000", "127.0.0.1:5000"},
      {"LocalHost:0", "localhost:0"},
      {"my_host-1.example.com:443", "my_host-1.example.com:443"},
      {"unix:/run/greeter.sock", "unix:/run/greeter.sock"},
      {"unix:///run/greeter.sock", "unix:/run/greeter.sock"},
      {"unix:greeter.sock", "unix:greeter.sock"},
      {"unix-abstract:greeter", "unix-abstract:greeter"}};
  for (const auto& [text, expected] : spellings) {
    const auto address = ParseAddress(text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->ToString(), expected);
    // It reads what it writes.
    EXPECT_EQ(*ParseAddress(address->ToString()), *address);
  }
}

TEST(ParseAddress, AHostAndAPortAreTheSame) {
  EXPECT_EQ(ParseAddress("[::1]", 5000)->ToString(), "[::1]:5000");
  EXPECT_EQ(ParseAddress("127.0.0.1", 0)->ToString(), "127.0.0.1:0");
  EXPECT_EQ(ParseAddress("localhost", 80)->ToString(), "localhost:80");
  EXPECT_EQ(ParseAddress("unix:/a", 80)->ToString(), "unix:/a");
}

// What the message has to say of each.
TEST(ParseAddress, WhatGrpcWouldMistakeIsRefusedWithTheWayOut) {
  const std::pair<std::string, std::string> wrong[] = {
      {"", "is empty"},
      {"127.0.0.1", "has no port"},
      {"127.0.0.1:", "has no port"},
      {"[::1]", "has no port"},
      {"127.0.0.1:99999", "has the port 99999: use 1 to 65535"},
      {"127.0.0.1:65536", "use 1 to 65535"},
      {"127.0.0.1:4294967297", "has the port 4294967297: use 1 to 65535"},
      {"127.0.0.1:18446744073709551617", "use 1 to 65535"},
      {"127.0.0.1:-1", "is no number"},
      {"127.0.0.1:+1", "is no number"},
      {"127.0.0.1: 1", "is no number"},
      {"127.0.0.1:http", "is no number"},
      {":50051", "has no host: use [::]"},
      {"::1", "is an IPv6 address without brackets"},
      {"::1:50051", "without brackets"},
      {"fe80::1:2:3:4:5:6:50051",
       "without brackets: write [fe80::1:2:3:4:5:6]"},
      {"[::1:50051", "IPv6 addresses in brackets"},
      {"::1]:50051", "IPv6 addresses in brackets"},
      {"[]:50051", "no IPv6 address between its brackets"},
      {"[127.0.0.1]:50051", "no IPv6 address between its brackets"},
      {"[fe80::1%]:50051", "names no interface"},
      {"127.0.0.1:1:2", "and one port"},
      {"127.1:50051", "an IPv4 address of four numbers"},
      {"256.0.0.1:50051", "an IPv4 address of four numbers"},
      {"2130706433:50051", "an IPv4 address of four numbers"},
      {"0x7f000001:50051", "an IPv4 address of four numbers"},
      {"host..name:1", "has no host that could be"},
      {"host name:1", "has no host that could be"},
      {"h\xc3\xb6st:1", "has no host that could be"},
      {std::string("127.0.0.1\0.de:1", 15), "has a NUL"},
      {std::string(64, 'a') + ":1", "has no host that could be"},
      {"ipv4:127.0.0.1:50051", "has a scheme"},
      {"dns:///localhost:50051", "has a scheme"},
      {"http://localhost:50051", "has a scheme"},
      {"unix:", "has no path: write unix:/run/name.sock"},
      {"unix-abstract:", "has no name: write unix-abstract:name"},
      {"unix://host/file", "has a host"},
      {"unix:/run/", "is a directory's"},
      {"unix:/" + std::string(107, 'a'), "is too long for a socket: 108 bytes"},
      {"unix-abstract:" + std::string(108, 'a'), "is too long"},
      {std::string("unix:/a\0b", 9), "has a NUL"}};
  for (const auto& [text, message] : wrong) {
    const absl::Status status = ParseAddress(text).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text << " " << status;
    EXPECT_NE(std::string(status.message()).find(message), std::string::npos)
        << text << "\n"
        << status;
  }
  // The longest that may be.
  EXPECT_TRUE(ParseAddress("unix:/" + std::string(106, 'a')).ok());
}

TEST(ParseAddress, WrongHostsAndPortsApart) {
  const std::pair<std::string, int> wrong[] = {
      {"", 1},
      {"::1", 1},
      {"unix", 50051},
      {"unix-abstract", 50051},
      {"ipv4:127.0.0.1", 1},
      {"127.0.0.1:50051", 1},
      {"[::1]:50051", 1},
      {"127.0.0.1", -1},
      {"127.0.0.1", 65536},
      {"unix:", 1}};
  for (const auto& [host, port] : wrong) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseAddress(host, port).status()))
        << host << " " << port;
  }
}

bool Overlap(const std::string& one, const std::string& other) {
  const bool overlap = Overlap(*ParseAddress(one), *ParseAddress(other));
  EXPECT_EQ(overlap, Overlap(*ParseAddress(other), *ParseAddress(one)));
  return overlap;
}

TEST(Overlap, OneSocketInTheWayOfAnother) {
  EXPECT_TRUE(Overlap("127.0.0.1:1", "127.0.0.1:1"));
  EXPECT_TRUE(Overlap("[::]:1", "127.0.0.1:1"));
  EXPECT_TRUE(Overlap("[::]:1", "[::1]:1"));
  EXPECT_TRUE(Overlap("[::]:1", "0.0.0.0:1"));
  EXPECT_TRUE(Overlap("[::]:1", "host:1"));
  EXPECT_TRUE(Overlap("0.0.0.0:1", "127.0.0.1:1"));
  EXPECT_TRUE(Overlap("localhost:1", "[::1]:1"));
  EXPECT_TRUE(Overlap("localhost:1", "0.0.0.0:1"));
  EXPECT_TRUE(Overlap("unix:/a", "unix:///a"));

  EXPECT_FALSE(Overlap("0.0.0.0:1", "[::1]:1"));
  EXPECT_FALSE(Overlap("127.0.0.1:1", "127.0.0.1:2"));
  EXPECT_FALSE(Overlap("127.0.0.1:1", "127.0.0.2:1"));
  EXPECT_FALSE(Overlap("127.0.0.1:0", "127.0.0.1:0"));
  EXPECT_FALSE(Overlap("unix:/a", "unix:/b"));
  EXPECT_FALSE(Overlap("unix:a", "unix-abstract:a"));
}

TEST(Resolve, LocalhostIsBothFamiliesAndNeedsNoResolver) {
  const auto found = Resolve(*ParseAddress("localhost:5000"));
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].family(), AF_INET6);
  EXPECT_EQ((*found)[1].family(), AF_INET);
  for (const SocketAddress& each : *found) EXPECT_EQ(each.port(), 5000);
}

TEST(Resolve, AHostThatNobodyKnowsIsNamed) {
  // No name ever ends so (RFC 6761).
  const absl::Status status =
      Resolve(*ParseAddress("nobody.invalid:5000")).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_NE(
      std::string(status.message()).find("nobody.invalid:5000"),
      std::string::npos);
}

}  // namespace
}  // namespace hawkmount::listen
