#ifndef HAWKMOUNT_LISTEN_RESOLVE_H_
#define HAWKMOUNT_LISTEN_RESOLVE_H_

#include <sys/socket.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "listen/address.h"

namespace hawkmount::listen {

// An address as the kernel wants it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
  int family() const { return storage.ss_family; }
  // 0 of a socket file.
  int port() const;
  void set_port(int port);
};

// What an address stands for: several of a name; "localhost" is both loopback
// addresses and needs no resolver. UNAVAILABLE, naming the address, for a name
// that nobody knows. May wait for the network.
absl::StatusOr<std::vector<SocketAddress>> Resolve(const Address& address);

}  // namespace hawkmount::listen

#endif  // HAWKMOUNT_LISTEN_RESOLVE_H_
