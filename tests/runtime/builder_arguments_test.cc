#include "app/builder_arguments.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "listen/file_limit.h"

namespace hawkmount::app {
namespace {

using std::chrono::milliseconds;
using Arguments = std::map<std::string, std::variant<int, std::string>>;

// Sees the arguments that were set before it.
class Capture final : public grpc::ServerBuilderOption {
 public:
  explicit Capture(Arguments& seen) : seen_(seen) {}

  void UpdateArguments(grpc::ChannelArguments* arguments) override {
    const grpc_channel_args all = arguments->c_channel_args();
    for (size_t i = 0; i < all.num_args; ++i) {
      const grpc_arg& each = all.args[i];
      if (each.type == GRPC_ARG_INTEGER) seen_[each.key] = each.value.integer;
      if (each.type == GRPC_ARG_STRING) seen_[each.key] = each.value.string;
    }
  }
  void UpdatePlugins(
      std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>*) override {}

 private:
  Arguments& seen_;
};

// What a server is built with; without options what gRPC sets itself.
Arguments ArgumentsOf(const std::optional<ServerOptions>& options) {
  Arguments seen;
  grpc::AsyncGenericService service;
  grpc::ServerBuilder builder;
  if (options.has_value()) Apply(*options, builder);
  builder.SetOption(std::make_unique<Capture>(seen));
  builder.RegisterAsyncGenericService(&service);
  const auto queue = builder.AddCompletionQueue();
  const auto server = builder.BuildAndStart();
  EXPECT_NE(server, nullptr);
  server->Shutdown();
  queue->Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue->Next(&tag, &ok)) {
  }
  return seen;
}

TEST(BuilderArguments, EachOptionIsTheArgumentOfItsName) {
  ServerOptions options;
  options.max_receive_message_size = 1234;
  options.max_send_message_size = 4321;
  options.compression = Compression::kGzip;
  options.connection.max_connection_idle = milliseconds(1);
  options.connection.max_connection_age = milliseconds(2);
  options.connection.max_connection_age_grace = milliseconds(3);
  options.connection.keepalive_time = milliseconds(4);
  options.connection.keepalive_timeout = milliseconds(5);
  options.connection.max_concurrent_streams = 6;
  options.channel_arguments = {
      {"grpc.http2.bdp_probe", 0}, {"grpc.optimization_target", "latency"}};
  Arguments seen = ArgumentsOf(options);
  const Arguments expected{
      {"grpc.so_reuseport", 0},
      {"grpc.max_receive_message_length", 1234},
      {"grpc.max_send_message_length", 4321},
      {"grpc.default_compression_algorithm", 2},
      {"grpc.max_connection_idle_ms", 1},
      {"grpc.max_connection_age_ms", 2},
      {"grpc.max_connection_age_grace_ms", 3},
      {"grpc.keepalive_time_ms", 4},
      {"grpc.keepalive_timeout_ms", 5},
      {"grpc.keepalive_permit_without_calls", 1},
      {"grpc.http2.max_pings_without_data", 0},
      {"grpc.max_concurrent_streams", 6},
      {"grpc.http2.bdp_probe", 0},
      {"grpc.optimization_target", "latency"}};
  for (const auto& [name, value] : expected) {
    ASSERT_EQ(seen.count(name), 1u) << name;
    EXPECT_EQ(seen[name], value) << name;
  }
}

TEST(BuilderArguments, WhatIsNotSetIsGrpcs) {
  const Arguments seen = ArgumentsOf(ServerOptions());
  for (const char* name :
       {"grpc.max_send_message_length",
        "grpc.default_compression_algorithm",
        "grpc.max_connection_idle_ms",
        "grpc.max_connection_age_ms",
        "grpc.max_connection_age_grace_ms",
        "grpc.keepalive_time_ms",
        "grpc.keepalive_timeout_ms",
        "grpc.keepalive_permit_without_calls",
        "grpc.http2.max_pings_without_data",
        "grpc.max_concurrent_streams"}) {
    EXPECT_EQ(seen.count(name), 0u) << name;
  }
}

TEST(BuilderArguments, EveryArgumentThatAnOptionSetsIsKnown) {
  ServerOptions options;
  options.max_send_message_size = 1;
  options.compression = Compression::kDeflate;
  options.connection = {
      .max_connection_idle = milliseconds(1),
      .max_connection_age = milliseconds(1),
      .max_connection_age_grace = milliseconds(1),
      .keepalive_time = milliseconds(1),
      .keepalive_timeout = milliseconds(1),
      .max_concurrent_streams = 1};
  const Arguments before = ArgumentsOf(std::nullopt);
  int added = 0;
  for (const auto& [name, value] : ArgumentsOf(options)) {
    // What goes with keepalive may be set otherwise.
    const bool free = name == "grpc.keepalive_permit_without_calls" ||
                      name == "grpc.http2.max_pings_without_data";
    if (before.count(name) != 0 || free) continue;
    EXPECT_NE(OptionForArgument(name), "") << name;
    ++added;
  }
  EXPECT_EQ(added, 10);
  EXPECT_EQ(OptionForArgument("grpc.http2.bdp_probe"), "");
}

TEST(BuilderArguments, TheListenersOptions) {
  ServerOptions options;
  const listen::ListenerOptions defaults = ForListener(options);
  EXPECT_FALSE(defaults.socket.reuse_port);
  EXPECT_FALSE(defaults.socket.user_timeout.has_value());
  EXPECT_EQ(
      defaults.max_connections,
      listen::DefaultMaxConnections(listen::FileLimit()));

  options.reuse_port = true;
  options.connection.max_connections = 7;
  options.connection.keepalive_time = milliseconds(1000);
  const listen::ListenerOptions set = ForListener(options);
  EXPECT_TRUE(set.socket.reuse_port);
  EXPECT_EQ(set.socket.user_timeout, milliseconds(20000));
  EXPECT_EQ(set.max_connections, 7u);

  options.connection.keepalive_timeout = milliseconds(3000);
  EXPECT_EQ(ForListener(options).socket.user_timeout, milliseconds(3000));
}

}  // namespace
}  // namespace hawkmount::app
