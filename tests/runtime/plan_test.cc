#include <gtest/gtest.h>

#include <climits>
#include <string>
#include <vector>

#include "planned_mounts.h"

namespace hawkmount::app {
namespace {

absl::Status PlanOf(const std::string& host, int port) {
  return PlanServers({On(kFirst, host, port)}).status();
}

TEST(PlanServers, AddressesOfOneMount) {
  const std::pair<std::string, int> allowed[] = {
      {"[::]", 50051},
      {"0.0.0.0", 1},
      {"127.0.0.1", 65535},
      {"[::1]", 80},
      {"localhost", 0},
      {"host.example.com", 443}};
  for (const auto& [host, port] : allowed) {
    const auto plan = PlanServers({On(kFirst, host, port)});
    ASSERT_TRUE(plan.ok()) << plan.status();
    ASSERT_EQ(plan->size(), 1u);
    EXPECT_EQ(plan->front().address, host + ":" + std::to_string(port));
    EXPECT_EQ(plan->front().mounts, std::vector<size_t>{0});
  }
}

TEST(PlanServers, PortsThatGrpcWouldTakeForOthersAreRefused) {
  for (const int port : {-1, -50051, 65536, 99999, INT_MAX, INT_MIN}) {
    const absl::Status status = PlanOf("127.0.0.1", port);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << port;
    // It names the mount and the port.
    EXPECT_NE(status.message().find("pkg.First"), std::string::npos);
    EXPECT_NE(status.message().find(std::to_string(port)), std::string::npos);
  }
}

TEST(PlanServers, HostsThatGrpcWouldTakeForOthersAreRefused) {
  for (const std::string& host :
       {std::string(""),
        std::string("::"),
        std::string("::1"),
        std::string("fe80::1"),
        std::string("127.0.0.1:50051"),
        std::string("[::1]:50051"),
        std::string("[::1"),
        std::string("::1]"),
        std::string("ipv4:127.0.0.1"),
        std::string("dns:///host"),
        // "unix:50051" would be a file of that name.
        std::string("unix"),
        std::string("unix-abstract"),
        // What follows would be lost, the port as well.
        std::string("127.0.0.1\0", 10)}) {
    const absl::Status status = PlanOf(host, 50051);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << host;
    EXPECT_NE(status.message().find("pkg.First"), std::string::npos);
  }
}

TEST(PlanServers, NothingToServeIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(PlanServers({}).status()));
}

TEST(PlanServers, MountsOfOneAddressShareAServer) {
  const auto plan = PlanServers(
      {On(kFirst, "127.0.0.1", 5000),
       On(kFirst, "127.0.0.1", 5001),
       On(kSecond, "127.0.0.1", 5000),
       On(kSecond, "[::1]", 5000)});
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->size(), 3u);
  EXPECT_EQ((*plan)[0].address, "127.0.0.1:5000");
  EXPECT_EQ((*plan)[0].mounts, (std::vector<size_t>{0, 2}));
  EXPECT_EQ((*plan)[1].mounts, (std::vector<size_t>{1}));
  EXPECT_EQ((*plan)[2].mounts, (std::vector<size_t>{3}));
}

TEST(PlanServers, PortZeroIsNeverShared) {
  const auto plan = PlanServers(
      {On(kFirst, "127.0.0.1", 0),
       On(kSecond, "127.0.0.1", 0),
       On(kFirst, "127.0.0.1", 0)});
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*plan)[i].mounts, std::vector<size_t>{i});
  }
}

TEST(PlanServers, AServiceTwiceOnOneAddressIsRefused) {
  const absl::Status status = PlanServers({On(kFirst, "127.0.0.1", 5000),
                                           On(kSecond, "127.0.0.1", 5000),
                                           On(kFirst, "127.0.0.1", 5000)})
                                  .status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_NE(status.message().find("pkg.First"), std::string::npos);
  EXPECT_NE(status.message().find("127.0.0.1:5000"), std::string::npos);
}

TEST(PlanServers, OneBadMountAmongGoodOnesIsFound) {
  EXPECT_TRUE(absl::IsInvalidArgument(
      PlanServers({On(kFirst, "127.0.0.1", 5000), On(kSecond, "", 5000)})
          .status()));
}

TEST(PlanServers, AddressesAreComparedAsSets) {
  const auto plan = PlanOfTwo(
      {.addresses = {"127.0.0.1:5000", "unix:/a", "[::1]:5000"}},
      {.addresses = {"[0:0:0::1]:5000", "127.0.0.1:5000", "unix:///a"}});
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->size(), 1u);
  EXPECT_EQ(plan->front().mounts, (std::vector<size_t>{0, 1}));
  EXPECT_EQ(plan->front().addresses.size(), 3u);
  EXPECT_EQ(plan->front().address, "127.0.0.1:5000, [::1]:5000, unix:/a");
}

TEST(PlanServers, HostAndPortAreAnAddressLikeOthers) {
  const auto plan = PlanOfTwo(
      {.host = "127.0.0.1", .port = 5000}, {.addresses = {"127.0.0.1:5000"}});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->size(), 1u);
}

TEST(PlanServers, SocketsAreAddresses) {
  const auto plan = PlanOfTwo(
      {.host = "unix:/run/a.sock"}, {.host = "unix-abstract:/run/a.sock"});
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->size(), 2u);
  EXPECT_EQ((*plan)[0].address, "unix:/run/a.sock");
  EXPECT_EQ((*plan)[1].address, "unix-abstract:/run/a.sock");
}

TEST(PlanServers, AddressesThatAreSharedInPartAreRefused) {
  ExpectRefused(
      PlanOfTwo(
          {.addresses = {"127.0.0.1:5000", "127.0.0.1:5001"}},
          {.addresses = {"127.0.0.1:5001", "127.0.0.1:5002"}})
          .status(),
      {"pkg.First", "pkg.Second", "share 127.0.0.1:5001, but not all"});
  ExpectRefused(
      PlanOfTwo({}, {.host = "127.0.0.1"}).status(),
      {"pkg.First", "pkg.Second", "share 127.0.0.1:50051 and [::]:50051"});
  ExpectRefused(
      PlanOfTwo({.host = "localhost", .port = 1}, {.host = "[::1]", .port = 1})
          .status(),
      {"share [::1]:1 and localhost:1"});
  // The same address that frees another: two servers, but not on one port.
  ExpectRefused(
      PlanOfTwo(
          {.addresses = {"127.0.0.1:0", "127.0.0.1:5000"}},
          {.addresses = {"127.0.0.1:0", "127.0.0.1:5000"}})
          .status(),
      {"share 127.0.0.1:5000", "name the same group"});
}

TEST(PlanServers, AddressesOfOneMountThatOverlapAreRefused) {
  for (const std::vector<std::string>& addresses :
       {std::vector<std::string>{"[::]:5000", "127.0.0.1:5000"},
        std::vector<std::string>{"127.0.0.1:5000", "127.0.0.1:5000"},
        std::vector<std::string>{"127.0.0.1:0", "127.0.0.1:0"},
        std::vector<std::string>{"unix:/a", "unix:/a"}}) {
    ExpectRefused(
        PlanServers({{AnyMount(kFirst), {.addresses = addresses}}}).status(),
        {"pkg.First", addresses[0], addresses[1], "keep one"});
  }
}

TEST(PlanServers, HostPortAndAddressesThatContradictAreRefused) {
  ExpectRefused(
      PlanServers(
          {{AnyMount(kFirst), {.port = 5000, .addresses = {"127.0.0.1:5001"}}}})
          .status(),
      {"pkg.First", "5000", "add them to the addresses"});
  ExpectRefused(
      PlanServers({{AnyMount(kFirst), {.host = "unix:/a", .port = 5000}}})
          .status(),
      {"pkg.First", "unix:/a", "no port", "5000"});
  ExpectRefused(
      PlanServers(
          {{AnyMount(kFirst), {.addresses = {"127.0.0.1:5000", "[::1]"}}}})
          .status(),
      {"pkg.First", "[::1]", "has no port"});
}

TEST(PlanServers, PortZeroIsSharedWithinAGroup) {
  const auto of = [](const codegen::ServiceEntry& service,
                     const std::string& group) {
    return PlannedMount{
        AnyMount(service), {.host = "127.0.0.1", .port = 0, .group = group}};
  };
  const auto plan = PlanServers(
      {of(kFirst, "a"), of(kFirst, "b"), of(kSecond, "a"), of(kSecond, "")});
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->size(), 3u);
  EXPECT_EQ((*plan)[0].mounts, (std::vector<size_t>{0, 2}));
  EXPECT_EQ((*plan)[1].mounts, (std::vector<size_t>{1}));
  EXPECT_EQ((*plan)[2].mounts, (std::vector<size_t>{3}));

  ExpectRefused(
      PlanServers({of(kFirst, "a"), of(kFirst, "a")}).status(),
      {"pkg.First is mounted twice"});
}

TEST(PlanServers, AGroupHasOneSetOfAddresses) {
  ExpectRefused(
      PlanOfTwo(
          {.host = "127.0.0.1", .port = 0, .group = "a"},
          {.host = "[::1]", .port = 0, .group = "a"})
          .status(),
      {"pkg.First", "pkg.Second", "\"a\"", "127.0.0.1:0", "[::1]:0"});
  ExpectRefused(
      PlanOfTwo({.group = "a"}, {.group = "b"}).status(),
      {"pkg.First", "pkg.Second", "\"a\"", "\"b\"", "[::]:50051"});
  EXPECT_TRUE(PlanOfTwo({.group = "a"}, {}).ok());
}

constexpr std::string_view kNames[] = {"pkg.First", "pkg.Old"};
constexpr codegen::ServiceEntry kAlias{"pkg.Alias", {}, kNames};

TEST(PlanServers, ANameThatTwoServicesAnswerToIsRefused) {
  ExpectRefused(
      PlanServers(
          {On(kFirst, "127.0.0.1", 5000), On(kAlias, "127.0.0.1", 5000)})
          .status(),
      {"pkg.First is mounted twice on 127.0.0.1:5000",
       "by pkg.First and by pkg.Alias"});
}

}  // namespace
}  // namespace hawkmount::app
