#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "listen/file_limit.h"
#include "listen_server.h"
#include "sockets.h"

// How many connections there may be, and what happens when there are more.

namespace e2e {
namespace {

using hawkmount::listen::FileDescriptor;

TEST(ListenLimits, OverTheCapConnectionsAreClosedAsTheyCome) {
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

TEST(ListenLimits, ConnectionsThatEndedAreForgotten) {
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
  EXPECT_TRUE(Eventually([&] { return server.listener().counts().open == 0; }));
  const auto counts = server.listener().counts();
  EXPECT_GE(counts.accepted, 501u);  // at least those that were not reset
  EXPECT_LE(counts.accepted, 1002u);
  EXPECT_EQ(counts.refused, 0u);
}

TEST(ListenLimits, AnEndedConnectionLeavesRoomAtOnceUnderTheCap) {
  ListenedServer server({"127.0.0.1:0"}, {.max_connections = 4});
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(
        AskPeer(Connect(server.Target("127.0.0.1"))).substr(0, 4), "ipv4");
    ASSERT_TRUE(
        Eventually([&] { return server.listener().counts().open == 0; }));
  }
  EXPECT_EQ(server.listener().counts().refused, 0u);
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

TEST(ListenLimits, GoesOnWhenDescriptorsRanOut) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      RunOutOfDescriptors(),
      testing::ExitedWithCode(0),
      "accepts [0-9]+ ms after descriptors are free");
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
