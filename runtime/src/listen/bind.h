#ifndef HAWKMOUNT_LISTEN_BIND_H_
#define HAWKMOUNT_LISTEN_BIND_H_

#include <chrono>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "listen/address.h"
#include "listen/file_descriptor.h"
#include "listen/socket_file.h"

namespace hawkmount::listen {

struct SocketOptions {
  // SO_REUSEPORT: others that say so, too, may listen on the same port.
  bool reuse_port = false;
  // TCP_USER_TIMEOUT of the connections: what is sent and not acknowledged for
  // so long ends them. Unset: the system's own.
  std::optional<std::chrono::milliseconds> user_timeout{};
};

// A socket that listens, non-blocking. Connections inherit its options.
struct BoundSocket {
  Address address;  // as it was asked for, with the port that it has
  FileDescriptor fd;
  std::optional<SocketFile> file;  // of a socket file; goes before the socket
};

// Listens on all of them, or on none. A name may stand for several sockets;
// those of its addresses that this machine does not have are left out, if it
// has one. All free ports that are asked for are the same one. UNAVAILABLE or
// PERMISSION_DENIED, naming the address and the reason.
absl::StatusOr<std::vector<BoundSocket>> BindAll(
    const std::vector<Address>& addresses, const SocketOptions& options);

}  // namespace hawkmount::listen

#endif  // HAWKMOUNT_LISTEN_BIND_H_
