#include "app/builder_arguments.h"

#include <grpcpp/server_builder.h>

#include <algorithm>
#include <climits>
#include <map>
#include <optional>

#include "listen/file_limit.h"

namespace hawkmount::app {
namespace {

using std::chrono::milliseconds;

// gRPC's default.
constexpr milliseconds kKeepaliveTimeout(20000);

int Clamp(long long value) {
  return static_cast<int>(std::min<long long>(value, INT_MAX));
}

void Add(
    grpc::ServerBuilder& builder,
    const char* name,
    const std::optional<milliseconds>& value) {
  if (!value.has_value()) return;
  builder.AddChannelArgument(name, Clamp(value->count()));
}

grpc_compression_algorithm Algorithm(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return GRPC_COMPRESS_NONE;
    case Compression::kDeflate:
      return GRPC_COMPRESS_DEFLATE;
    case Compression::kGzip:
      return GRPC_COMPRESS_GZIP;
  }
  return GRPC_COMPRESS_NONE;
}

}  // namespace

void Apply(const ServerOptions& options, grpc::ServerBuilder& builder) {
  const auto size = [](size_t bytes) {
    return Clamp(static_cast<long long>(std::min<size_t>(bytes, INT_MAX)));
  };
  // Ports that gRPC itself listens on, should there be any, are never shared in
  // silence.
  builder.AddChannelArgument(
      GRPC_ARG_ALLOW_REUSEPORT, options.reuse_port ? 1 : 0);
  builder.SetMaxReceiveMessageSize(size(options.max_receive_message_size));
  if (options.max_send_message_size.has_value()) {
    builder.SetMaxSendMessageSize(size(*options.max_send_message_size));
  }
  if (options.compression != Compression::kNone) {
    builder.AddChannelArgument(
        GRPC_COMPRESSION_CHANNEL_DEFAULT_ALGORITHM,
        static_cast<int>(Algorithm(options.compression)));
  }
  const ConnectionOptions& connection = options.connection;
  Add(builder, GRPC_ARG_MAX_CONNECTION_IDLE_MS, connection.max_connection_idle);
  Add(builder, GRPC_ARG_MAX_CONNECTION_AGE_MS, connection.max_connection_age);
  Add(builder,
      GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
      connection.max_connection_age_grace);
  Add(builder, GRPC_ARG_KEEPALIVE_TIME_MS, connection.keepalive_time);
  Add(builder, GRPC_ARG_KEEPALIVE_TIMEOUT_MS, connection.keepalive_timeout);
  if (connection.keepalive_time.has_value()) {
    // gRPC's server would ask idle connections twice, or never: those whose
    // peer is gone would stay. Channel arguments can say otherwise.
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  }
  if (connection.max_concurrent_streams.has_value()) {
    builder.AddChannelArgument(
        GRPC_ARG_MAX_CONCURRENT_STREAMS,
        size(*connection.max_concurrent_streams));
  }
  for (const auto& [name, value] : options.channel_arguments) {
    std::visit(
        [&, &name = name](const auto& held) {
          builder.AddChannelArgument(name, held);
        },
        value);
  }
}

listen::ListenerOptions ForListener(const ServerOptions& options) {
  const ConnectionOptions& connection = options.connection;
  listen::ListenerOptions listener;
  listener.socket.reuse_port = options.reuse_port;
  // As gRPC does with its own sockets: a keepalive that nobody acknowledges
  // ends the connection, even when the kernel still tries.
  if (connection.keepalive_time.has_value()) {
    listener.socket.user_timeout =
        connection.keepalive_timeout.value_or(kKeepaliveTimeout);
  }
  listener.max_connections = connection.max_connections.value_or(
      listen::DefaultMaxConnections(listen::FileLimit()));
  return listener;
}

std::string OptionForArgument(const std::string& name) {
  static const std::map<std::string, std::string> options{
      {GRPC_ARG_ALLOW_REUSEPORT, "reuse_port"},
      {GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, "max_receive_message_size"},
      {GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, "max_send_message_size"},
      {GRPC_COMPRESSION_CHANNEL_DEFAULT_ALGORITHM, "compression"},
      {GRPC_ARG_MAX_CONNECTION_IDLE_MS, "connection.max_connection_idle"},
      {GRPC_ARG_MAX_CONNECTION_AGE_MS, "connection.max_connection_age"},
      {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
       "connection.max_connection_age_grace"},
      {GRPC_ARG_KEEPALIVE_TIME_MS, "connection.keepalive_time"},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, "connection.keepalive_timeout"},
      {GRPC_ARG_MAX_CONCURRENT_STREAMS, "connection.max_concurrent_streams"}};
  const auto at = options.find(name);
  return at == options.end() ? "" : at->second;
}

}  // namespace hawkmount::app
