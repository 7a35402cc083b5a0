#ifndef HAWKMOUNT_INTERCEPTORS_PEER_HOST_H_
#define HAWKMOUNT_INTERCEPTORS_PEER_HOST_H_

#include <string_view>

namespace hawkmount::interceptors {

// Whose address it is, of a peer in gRPC's form; a view of it:
//
//   "ipv4:192.0.2.7"   of "ipv4:192.0.2.7:50000"
//   "ipv6:%5B::1%5D"   of "ipv6:%5B::1%5D:50000"
//   "unix"             of "unix:" and "unix:/a/path", and of abstract names:
//                      callers name their ends of sockets as they like
//
// All of anything else.
inline std::string_view HostOf(std::string_view peer) {
  if (peer.starts_with("unix")) return peer.substr(0, 4);
  if (!peer.starts_with("ipv4:") && !peer.starts_with("ipv6:")) return peer;
  const size_t port = peer.find_last_not_of("0123456789");
  return peer[port] == ':' && port > 4 ? peer.substr(0, port) : peer;
}

}  // namespace hawkmount::interceptors

#endif  // HAWKMOUNT_INTERCEPTORS_PEER_HOST_H_
