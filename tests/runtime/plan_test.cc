#include "app/plan.h"

#include <gtest/gtest.h>

#include <climits>
#include <string>
#include <vector>

namespace hawkmount::app {
namespace {

constexpr codegen::ServiceEntry kFirst{"pkg.First", {}, {}};
constexpr codegen::ServiceEntry kSecond{"pkg.Second", {}, {}};

class AnyMount final : public Mount {
 public:
  explicit AnyMount(const codegen::ServiceEntry& service)
      : Mount(service, nullptr, {}) {}
};

PlannedMount On(
    const codegen::ServiceEntry& service, const std::string& host, int port) {
  return {AnyMount(service), {.host = host, .port = port}};
}

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

}  // namespace
}  // namespace hawkmount::app
