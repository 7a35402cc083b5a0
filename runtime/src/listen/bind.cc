#include "listen/bind.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "listen/resolve.h"

namespace hawkmount::listen {
namespace {

// How often another free port is looked for when one is taken for some of the
// addresses that are to share it.
constexpr int kFreePortAttempts = 16;

std::string Advice(int error, const Address& address) {
  switch (error) {
    case EADDRINUSE:
      return address.kind == AddressKind::kTcp
                 ? "; stop what listens there, or choose another port"
                 : "; stop what listens there, or choose another name";
    case EADDRNOTAVAIL:
      return "; it is not of this machine: use one of its own, or [::] for "
             "all";
    case EACCES:
    case EPERM: {
      if (address.kind == AddressKind::kUnix) {
        return "; this process may not make a file there";
      }
      int first = 1024;
      std::ifstream("/proc/sys/net/ipv4/ip_unprivileged_port_start") >> first;
      return absl::StrCat(
          "; ports below ",
          first,
          " are privileged: grant the process CAP_NET_BIND_SERVICE, or choose "
          "a port above");
    }
    case ENOENT:
      return "; make its directory first";
    case EMFILE:
    case ENFILE:
      return "; raise the limit of open files";
    default:
      return "";
  }
}

absl::Status CannotListen(const Address& address, int error) {
  const std::string message = absl::StrCat(
      "cannot listen on ",
      address.ToString(),
      ": ",
      strerror(error),
      Advice(error, address));
  if (error == EACCES || error == EPERM) {
    return absl::PermissionDeniedError(message);
  }
  return absl::UnavailableError(message);
}

bool SetOption(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

// Returns an errno.
int Configure(int fd, int family, const SocketOptions& options) {
  if (family == AF_UNIX) return 0;
  // A restarted server need not wait for connections of the last one to fade;
  // it still cannot take a port that is listened on.
  bool done = SetOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (options.reuse_port) {
    done = done && SetOption(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  }
  // "[::]" is for IPv4 as well.
  if (family == AF_INET6) {
    done = done && SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  }
  // gRPC sets these on its own listeners alone; connections inherit them.
  done = done && SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (options.user_timeout.has_value()) {
    done = done && SetOption(
                       fd,
                       IPPROTO_TCP,
                       TCP_USER_TIMEOUT,
                       static_cast<int>(options.user_timeout->count()));
  }
  return done ? 0 : errno;
}

// Returns an errno.
int Listen(
    const SocketAddress& place,
    const SocketOptions& options,
    FileDescriptor& result) {
  FileDescriptor fd(
      socket(place.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return errno;
  if (const int error = Configure(fd.get(), place.family(), options)) {
    return error;
  }
  if (bind(fd.get(), place.get(), place.size) != 0) return errno;
  // Bound is not yet taken: without it two sockets may be bound to one port.
  if (::listen(fd.get(), SOMAXCONN) != 0) return errno;
  result = std::move(fd);
  return 0;
}

int PortOf(int fd) {
  SocketAddress bound;
  bound.size = sizeof(bound.storage);
  if (getsockname(
          fd, reinterpret_cast<sockaddr*>(&bound.storage), &bound.size) != 0) {
    return 0;
  }
  return bound.port();
}

bool NotOfThisMachine(int error) {
  return error == EADDRNOTAVAIL || error == EAFNOSUPPORT;
}

// The sockets of one server, on the way.
class Binding {
 public:
  explicit Binding(const SocketOptions& options) : options_(options) {}

  // Returns an errno.
  int Add(const Address& address, std::vector<SocketAddress> places) {
    int unavailable = 0;
    size_t bound = 0;
    for (SocketAddress& place : places) {
      const int error = AddOne(address, place);
      if (error == 0) {
        ++bound;
      } else if (NotOfThisMachine(error)) {
        unavailable = error;
      } else {
        return error;
      }
    }
    return bound > 0 ? 0 : unavailable;
  }

  // Whether what was in the way may only have been in the way of a free port
  // that another address got.
  bool shares_free_port() const { return free_port_ != 0; }
  std::vector<BoundSocket> Take() { return std::move(sockets_); }

 private:
  int AddOne(const Address& address, SocketAddress& place) {
    if (address.wants_free_port()) place.set_port(free_port_);
    BoundSocket socket{.address = address, .fd = {}, .file = {}};
    int error = Listen(place, options_, socket.fd);
    if (NotOfThisMachine(error) && address.host == "::") {
      // No IPv6 here: all interfaces are IPv4's.
      const auto ipv4 = Resolve({AddressKind::kTcp, "0.0.0.0", place.port()});
      error = Listen(ipv4->front(), options_, socket.fd);
    }
    if (error != 0) return error;
    if (address.kind == AddressKind::kUnix) socket.file.emplace(address.host);
    if (address.kind == AddressKind::kTcp) {
      socket.address.port = PortOf(socket.fd.get());
      if (address.wants_free_port()) free_port_ = socket.address.port;
    }
    sockets_.push_back(std::move(socket));
    return 0;
  }

  const SocketOptions& options_;
  int free_port_ = 0;
  std::vector<BoundSocket> sockets_;
};

}  // namespace

absl::StatusOr<std::vector<BoundSocket>> BindAll(
    const std::vector<Address>& addresses, const SocketOptions& options) {
  std::vector<std::vector<SocketAddress>> places;
  for (const Address& address : addresses) {
    absl::StatusOr<std::vector<SocketAddress>> resolved = Resolve(address);
    if (!resolved.ok()) return resolved.status();
    places.push_back(*std::move(resolved));
    if (address.kind != AddressKind::kUnix) continue;
    absl::Status removed = RemoveStaleSocket(address.host);
    if (!removed.ok()) return removed;
  }
  for (int attempt = 1;; ++attempt) {
    Binding binding(options);
    int error = 0;
    size_t i = 0;
    for (; i < addresses.size() && error == 0; ++i) {
      error = binding.Add(addresses[i], places[i]);
    }
    if (error == 0) return binding.Take();
    const Address& address = addresses[i - 1];
    if (error != EADDRINUSE || !address.wants_free_port() ||
        !binding.shares_free_port() || attempt == kFreePortAttempts) {
      return CannotListen(address, error);
    }
  }
}

}  // namespace hawkmount::listen
