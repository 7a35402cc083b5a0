#include "listen/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"

namespace hawkmount::listen {
namespace {

SocketAddress SocketFile(const Address& address) {
  const bool abstract = address.kind == AddressKind::kUnixAbstract;
  SocketAddress result;
  auto& unix = reinterpret_cast<sockaddr_un&>(result.storage);
  unix.sun_family = AF_UNIX;
  // Abstract names begin with a NUL and have no end but their size's.
  memcpy(
      unix.sun_path + (abstract ? 1 : 0),
      address.host.data(),
      address.host.size());
  result.size = static_cast<socklen_t>(
      offsetof(sockaddr_un, sun_path) + address.host.size() + 1);
  return result;
}

std::string Why(int error) {
  return error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error);
}

absl::Status Lookup(
    const std::string& host,
    bool numeric,
    const Address& address,
    std::vector<SocketAddress>& found) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | (numeric ? AI_NUMERICHOST : 0);
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (error != 0) {
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on ",
        address.ToString(),
        ": the host ",
        host,
        " cannot be resolved (",
        Why(error),
        "); use the name or address of an interface of this machine"));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(
      list, freeaddrinfo);
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    SocketAddress& added = found.emplace_back();
    memcpy(&added.storage, each->ai_addr, each->ai_addrlen);
    added.size = each->ai_addrlen;
    added.set_port(address.port);
  }
  return absl::OkStatus();
}

bool IsNumeric(const std::string& host) {
  in_addr ipv4;
  return host.find(':') != std::string::npos ||
         inet_pton(AF_INET, host.c_str(), &ipv4) == 1;
}

}  // namespace

int SocketAddress::port() const {
  if (family() == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(storage).sin_port);
  }
  if (family() == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
  }
  return 0;
}

void SocketAddress::set_port(int port) {
  const uint16_t network = htons(static_cast<uint16_t>(port));
  if (family() == AF_INET) {
    reinterpret_cast<sockaddr_in&>(storage).sin_port = network;
  } else if (family() == AF_INET6) {
    reinterpret_cast<sockaddr_in6&>(storage).sin6_port = network;
  }
}

absl::StatusOr<std::vector<SocketAddress>> Resolve(const Address& address) {
  std::vector<SocketAddress> found;
  if (address.kind != AddressKind::kTcp) {
    found.push_back(SocketFile(address));
    return found;
  }
  absl::Status status;
  if (address.host == "localhost") {
    status = Lookup("::1", true, address, found);
    status.Update(Lookup("127.0.0.1", true, address, found));
  } else {
    status = Lookup(address.host, IsNumeric(address.host), address, found);
  }
  if (!status.ok()) return status;
  return found;
}

}  // namespace hawkmount::listen
