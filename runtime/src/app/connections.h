#ifndef HAWKMOUNT_APP_CONNECTIONS_H_
#define HAWKMOUNT_APP_CONNECTIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hawkmount::app {

// A client's connection to a server of this process.
struct Connection {
  int port = 0;        // of the server
  std::string remote;  // "ipv4:192.0.2.7:50312"
  uint64_t streams_started = 0;
  uint64_t streams_succeeded = 0;
  uint64_t streams_failed = 0;
};

struct Connections {
  std::vector<Connection> first;  // at most as many as were asked for
  bool more = false;              // there are others
};

// The connections to servers that listen on one of these ports, out of gRPC's
// channelz. Nothing when channelz is off (GRPC_ARG_ENABLE_CHANNELZ). gRPC must
// be up.
std::optional<Connections> ListConnections(
    const std::vector<int>& ports, size_t limit);

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_CONNECTIONS_H_
