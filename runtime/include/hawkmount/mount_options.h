#ifndef HAWKMOUNT_MOUNT_OPTIONS_H_
#define HAWKMOUNT_MOUNT_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hawkmount/tls.h"

namespace grpc {
class ServerBuilder;
class ServerCredentials;
}  // namespace grpc

namespace hawkmount {

class Interceptor;
class MetricsRegistry;

enum class Compression : unsigned char { kNone, kDeflate, kGzip };

// What a server does with its connections. The names are those of gRFC A9; what
// is not set is as gRPC has it.
struct ConnectionOptions {
  // Connections that are open at a time; more are closed as they come. Unset:
  // what the process may open, less some for itself.
  std::optional<size_t> max_connections{};
  std::optional<std::chrono::milliseconds> max_connection_idle{};
  // How old a connection may get, give or take a tenth: callers then connect
  // anew, and so spread over the servers that there are.
  std::optional<std::chrono::milliseconds> max_connection_age{};
  // How long calls may go on after that. Needs an age.
  std::optional<std::chrono::milliseconds> max_connection_age_grace{};
  // After how long without a word a peer is asked whether it is there, with
  // calls or without, and how long it has to answer.
  std::optional<std::chrono::milliseconds> keepalive_time{};
  std::optional<std::chrono::milliseconds> keepalive_timeout{};
  // Streams that a connection may have open. Unset: 1000.
  std::optional<size_t> max_concurrent_streams{};
};

// Where and how to serve a mount.
//
// Mounts with the same addresses share a server, with all that is about the
// server: the options below that may be unset. What one mount leaves unset,
// another may set; that two set it differently is an error of App::Start, which
// names the option. Mounts with port 0 share a server if they name the same
// `group`. Addresses that two servers would share in part are an error.
struct MountOptions {
  // An interface's address or name: "127.0.0.1", "[::1]", "localhost", "[::]"
  // (all). Or a socket file: "unix:/run/greeter.sock", "unix-abstract:greeter";
  // then there is no port.
  std::string host = "[::]";
  // 0: a free port, which the handle tells.
  int port = 50051;
  // Where to listen instead of on host and port: "127.0.0.1:50051",
  // "[::1]:50051", "unix:/run/greeter.sock".
  std::vector<std::string> addresses{};
  // Which mounts with port 0 share a server. Empty: none.
  std::string group{};

  // About the mount.

  // Whether the calls are counted and logged.
  bool observability = true;
  // Where they are counted, if not with the app's other calls: see
  // hawkmount/metrics_registry.h.
  std::shared_ptr<MetricsRegistry> metrics{};
  // Around the mount's handler, the first outermost, and outside of those that
  // the mount was made with, which cost less: see hawkmount/interceptor.h.
  std::vector<std::shared_ptr<Interceptor>> interceptors{};
  // Whether reflection shows the service; without a mount that says so there is
  // no reflection.
  bool reflection = false;

  // About the server.

  // Whether App::Start starts it; else MountHandle::Start does. One mount that
  // says no is enough.
  bool autostart = true;
  // Whether others may listen on the same port beside this server.
  bool reuse_port = false;
  // TLS: out of files, or anything that gRPC has. Unset: plaintext.
  std::optional<TlsOptions> tls{};
  std::shared_ptr<grpc::ServerCredentials> credentials{};
  // A plaintext port for grpc.health.v1 alone, beside TLS, for probes: 0 is a
  // free one. Unset: none.
  std::optional<int> health_port{};
  // Threads for this server's blocking handlers. Unset: it uses the app's.
  std::optional<size_t> max_workers{};
  // Calls in flight; more are refused with RESOURCE_EXHAUSTED. Unset: 1000. 0:
  // any number.
  std::optional<size_t> max_concurrent_rpcs{};
  // Bytes. Unset: 4 MiB received, any size sent.
  std::optional<size_t> max_receive_message_size{};
  std::optional<size_t> max_send_message_size{};
  // Of responses. Unset: none.
  std::optional<Compression> compression{};
  ConnectionOptions connection{};
  // gRPC's channel arguments, by their names.
  std::map<std::string, std::variant<int, std::string>> channel_arguments{};
  // What else gRPC's builder is to be told, at each start, after all options:
  // those of several mounts are called in their order. Services that it
  // registers are served as App::Add's, but have no health; they must outlive
  // the app.
  std::function<void(grpc::ServerBuilder&)> configure{};
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_MOUNT_OPTIONS_H_
