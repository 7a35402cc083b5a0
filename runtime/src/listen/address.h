#ifndef HAWKMOUNT_LISTEN_ADDRESS_H_
#define HAWKMOUNT_LISTEN_ADDRESS_H_

#include <compare>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace hawkmount::listen {

enum class AddressKind : unsigned char { kTcp, kUnix, kUnixAbstract };

// A place to listen, in one spelling for each: "[0:0::1]" and "[::1]" are
// equal, as are "LOCALHOST" and "localhost".
struct Address {
  AddressKind kind = AddressKind::kTcp;
  // Of kTcp: an IP address without brackets, or a name. Else the path, or the
  // abstract name.
  std::string host;
  // Of kTcp; 0 is a free one.
  int port = 0;

  // "127.0.0.1:50051", "[::1]:50051", "unix:/run/greeter.sock",
  // "unix-abstract:greeter"
  std::string ToString() const;

  bool wants_free_port() const {
    return kind == AddressKind::kTcp && port == 0;
  }
  // All interfaces: "[::]" or "0.0.0.0".
  bool wildcard() const;

  auto operator<=>(const Address&) const = default;
};

// "127.0.0.1:50051", "[::1]:50051", "localhost:0", "unix:/run/greeter.sock",
// "unix-abstract:greeter". INVALID_ARGUMENT, with the address and the way out,
// for what gRPC would refuse without a reason or take for something else.
absl::StatusOr<Address> ParseAddress(std::string_view text);

// The same of a host and a port: "127.0.0.1", "[::1]", "localhost". A host that
// is a socket ("unix:/run/greeter.sock") has no port, and `port` is not looked
// at.
absl::StatusOr<Address> ParseAddress(std::string_view host, int port);

// Whether one socket would be in the way of the other. Names are compared as
// they are, only "localhost" is known. A free port is in nobody's way.
bool Overlap(const Address& one, const Address& other);

}  // namespace hawkmount::listen

#endif  // HAWKMOUNT_LISTEN_ADDRESS_H_
