#include "app/server_options.h"

#include <grpcpp/security/server_credentials.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "planned_mounts.h"

namespace hawkmount::app {
namespace {

TEST(ServerOptions, WhatOneMountLeavesUnsetAnotherSets) {
  const auto credentials = grpc::InsecureServerCredentials();
  const auto plan = PlanOfTwo(
      {.reuse_port = true,
       .max_concurrent_rpcs = 7,
       .channel_arguments = {{"grpc.optimization_target", "latency"}}},
      {.autostart = false,
       .credentials = credentials,
       .max_workers = 3,
       .compression = Compression::kGzip,
       .connection = {.max_connection_age = std::chrono::seconds(9)},
       .channel_arguments = {{"grpc.http2.bdp_probe", 0}}});
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->size(), 1u);
  const ServerOptions& options = plan->front().options;
  EXPECT_FALSE(options.autostart);
  EXPECT_TRUE(options.reuse_port);
  EXPECT_EQ(options.max_concurrent_rpcs, 7u);
  EXPECT_EQ(options.credentials, credentials);
  EXPECT_TRUE(options.secure());
  EXPECT_EQ(options.max_workers, 3u);
  EXPECT_EQ(options.compression, Compression::kGzip);
  EXPECT_EQ(options.connection.max_connection_age, std::chrono::seconds(9));
  EXPECT_EQ(options.channel_arguments.size(), 2u);
}

TEST(ServerOptions, WhatNobodySetsHasItsDefault) {
  const auto plan = PlanOfTwo({}, {});
  ASSERT_TRUE(plan.ok()) << plan.status();
  const ServerOptions& options = plan->front().options;
  EXPECT_TRUE(options.autostart);
  EXPECT_FALSE(options.reuse_port);
  EXPECT_FALSE(options.secure());
  EXPECT_EQ(options.max_concurrent_rpcs, 1000u);
  EXPECT_EQ(options.max_receive_message_size, 4194304u);
  EXPECT_FALSE(options.max_send_message_size.has_value());
  EXPECT_EQ(options.connection.max_concurrent_streams, 1000u);
  EXPECT_FALSE(options.connection.max_connections.has_value());
}

// H-B5: no option of a later mount is lost.
TEST(ServerOptions, OptionsThatTwoMountsSetDifferentlyAreRefused) {
  using std::chrono::seconds;
  const auto one = grpc::InsecureServerCredentials();
  const auto other = grpc::InsecureServerCredentials();
  struct Case {
    std::string option;
    MountOptions first;
    MountOptions second;
    std::string value;
    std::string other;
  };
  const Case cases[] = {
      {"max_concurrent_rpcs",
       {.max_concurrent_rpcs = 1},
       {.max_concurrent_rpcs = 2},
       "to 1 ",
       "to 2"},
      {"max_workers", {.max_workers = 1}, {.max_workers = 2}, "1", "2"},
      {"health_port", {.health_port = 1}, {.health_port = 2}, "1", "2"},
      {"max_receive_message_size",
       {.max_receive_message_size = 10},
       {.max_receive_message_size = 20},
       "10",
       "20"},
      {"max_send_message_size",
       {.max_send_message_size = 10},
       {.max_send_message_size = 20},
       "10",
       "20"},
      {"compression",
       {.compression = Compression::kGzip},
       {.compression = Compression::kNone},
       "gzip",
       "none"},
      {"tls",
       {.tls = TlsOptions{"a.pem", "b.pem"}},
       {.tls = TlsOptions{"a.pem", "c.pem"}},
       "b.pem",
       "c.pem"},
      {"credentials", {.credentials = one}, {.credentials = other}, "at", "at"},
      {"connection.max_connections",
       {.connection = {.max_connections = 1}},
       {.connection = {.max_connections = 2}},
       "1",
       "2"},
      {"connection.max_connection_idle",
       {.connection = {.max_connection_idle = seconds(1)}},
       {.connection = {.max_connection_idle = seconds(2)}},
       "1000 ms",
       "2000 ms"},
      {"connection.max_connection_age",
       {.connection = {.max_connection_age = seconds(1)}},
       {.connection = {.max_connection_age = seconds(2)}},
       "1000 ms",
       "2000 ms"},
      {"connection.max_connection_age_grace",
       {.connection =
            {.max_connection_age = seconds(1),
             .max_connection_age_grace = seconds(1)}},
       {.connection = {.max_connection_age_grace = seconds(2)}},
       "1000 ms",
       "2000 ms"},
      {"connection.keepalive_time",
       {.connection = {.keepalive_time = seconds(1)}},
       {.connection = {.keepalive_time = seconds(2)}},
       "1000 ms",
       "2000 ms"},
      {"connection.keepalive_timeout",
       {.connection = {.keepalive_timeout = seconds(1)}},
       {.connection = {.keepalive_timeout = seconds(2)}},
       "1000 ms",
       "2000 ms"},
      {"connection.max_concurrent_streams",
       {.connection = {.max_concurrent_streams = 1}},
       {.connection = {.max_concurrent_streams = 2}},
       "1",
       "2"},
      {"channel_arguments[\"grpc.http2.bdp_probe\"]",
       {.channel_arguments = {{"grpc.http2.bdp_probe", 0}}},
       {.channel_arguments = {{"grpc.http2.bdp_probe", "0"}}},
       "to 0 ",
       "to \"0\""},
  };
  for (const Case& each : cases) {
    ExpectRefused(
        PlanOfTwo(each.first, each.second).status(),
        {"pkg.First",
         "pkg.Second",
         "[::]:50051",
         "set " + each.option + " to ",
         each.value,
         each.other});
    // The same twice is no contradiction.
    EXPECT_TRUE(PlanOfTwo(each.first, each.first).ok()) << each.option;
  }
}

TEST(ServerOptions, CredentialsAndTlsAreOneOfTheTwo) {
  const auto credentials = grpc::InsecureServerCredentials();
  ExpectRefused(
      PlanOfTwo({.credentials = credentials}, {.tls = TlsOptions{"a", "b"}})
          .status(),
      {"pkg.Second", "tls", "credentials"});
  ExpectRefused(
      PlanServers({{AnyMount(kFirst),
                    {.tls = TlsOptions{"a", "b"}, .credentials = credentials}}})
          .status(),
      {"pkg.First", "tls", "credentials"});
}

TEST(ServerOptions, ValuesThatCannotBeAreRefused) {
  using std::chrono::milliseconds;
  const std::pair<std::string, MountOptions> cases[] = {
      {"connection.max_connection_age_grace without",
       {.connection = {.max_connection_age_grace = milliseconds(1)}}},
      {"connection.max_connection_age to 0 ms",
       {.connection = {.max_connection_age = milliseconds(0)}}},
      {"connection.keepalive_time to -5 ms",
       {.connection = {.keepalive_time = milliseconds(-5)}}},
      {"connection.max_connections to 0",
       {.connection = {.max_connections = 0}}},
      {"connection.max_concurrent_streams to 0",
       {.connection = {.max_concurrent_streams = 0}}},
      {"max_workers to 0", {.max_workers = 0}},
      {"max_receive_message_size to 4294967296",
       {.max_receive_message_size = size_t{1} << 32}},
      {"health_port to 65536", {.health_port = 65536}},
      {"health_port to -1", {.health_port = -1}},
      {"use .max_receive_message_size",
       {.channel_arguments = {{"grpc.max_receive_message_length", 1}}}},
      {"use .reuse_port", {.channel_arguments = {{"grpc.so_reuseport", 1}}}},
  };
  for (const auto& [text, options] : cases) {
    ExpectRefused(
        PlanServers({{AnyMount(kFirst), options}}).status(),
        {"pkg.First", text});
  }
}

TEST(ServerOptions, AHealthPortIsNobodyElses) {
  ExpectRefused(
      PlanServers({{AnyMount(kFirst), {.port = 5000, .health_port = 5000}}})
          .status(),
      {"pkg.First", "health_port 5000"});
  ExpectRefused(
      PlanOfTwo(
          {.port = 5000, .health_port = 5001},
          {.host = "127.0.0.1", .port = 5001})
          .status(),
      {"pkg.First", "health_port 5001", "pkg.Second"});
  ExpectRefused(
      PlanOfTwo(
          {.port = 5000, .health_port = 5002},
          {.port = 5001, .health_port = 5002})
          .status(),
      {"pkg.First", "health_port 5002", "pkg.Second"});
  EXPECT_TRUE(
      PlanOfTwo(
          {.port = 5000, .health_port = 0}, {.port = 5001, .health_port = 0})
          .ok());
}

TEST(ServerOptions, NamesWhatIsInForce) {
  const auto plan = PlanServers(
      {{AnyMount(kFirst),
        {.compression = Compression::kGzip,
         .connection = {.max_connection_age = std::chrono::seconds(2)},
         .channel_arguments = {{"grpc.x", "y"}}}}});
  ASSERT_TRUE(plan.ok()) << plan.status();
  const auto lines = Describe(plan->front().options);
  const auto has = [&](const std::string& name, const std::string& value) {
    return std::find(lines.begin(), lines.end(), std::pair(name, value)) !=
           lines.end();
  };
  EXPECT_TRUE(has("compression", "gzip"));
  EXPECT_TRUE(has("max_concurrent_rpcs", "1000"));
  EXPECT_TRUE(has("connection.max_connection_age", "2000 ms"));
  EXPECT_TRUE(has("connection.max_concurrent_streams", "1000"));
  EXPECT_TRUE(has("channel_arguments[\"grpc.x\"]", "\"y\""));
}

}  // namespace
}  // namespace hawkmount::app
