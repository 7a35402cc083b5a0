#include "listen/address.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace hawkmount::listen {
namespace {

constexpr int kMaxPort = 65535;
constexpr size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;
constexpr size_t kMaxName = 253;  // of a host

absl::Status Bad(const std::string& address, const std::string& why) {
  return absl::InvalidArgumentError(
      absl::StrCat("the address \"", absl::CHexEscape(address), "\" ", why));
}

bool IsIpv4(const std::string& host) {
  in_addr parsed;
  return inet_pton(AF_INET, host.c_str(), &parsed) == 1;
}

bool IsIpv6(const std::string& host) {
  in6_addr parsed;
  const std::string address = host.substr(0, host.find('%'));
  return inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
}

bool IsScheme(const std::string& text) {
  for (const char* scheme : {"ipv4:", "ipv6:", "dns:", "tcp:", "vsock:"}) {
    if (absl::StartsWith(text, scheme)) return true;
  }
  return absl::StrContains(text, "://");
}

// `inside` is what stands between the brackets.
absl::StatusOr<std::string> Ipv6Host(
    const std::string& address, const std::string& inside) {
  const std::string ip = inside.substr(0, inside.find('%'));
  const std::string zone = inside.substr(ip.size());
  in6_addr parsed;
  if (inet_pton(AF_INET6, ip.c_str(), &parsed) != 1) {
    return Bad(address, "has no IPv6 address between its brackets");
  }
  if (zone == "%" || absl::StrContains(zone, '/')) {
    return Bad(address, "names no interface after the %");
  }
  char canonical[INET6_ADDRSTRLEN];
  if (IN6_IS_ADDR_V4MAPPED(&parsed)) {
    inet_ntop(AF_INET, &parsed.s6_addr[12], canonical, sizeof(canonical));
    return std::string(canonical);
  }
  inet_ntop(AF_INET6, &parsed, canonical, sizeof(canonical));
  return absl::StrCat(canonical, zone);
}

bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
         c == '_';
}

// Resolvers take "127.1", "2130706433" and "0x7f.1" for addresses; no name ends
// in a number.
bool EndsInNumber(const std::string& label) {
  return absl::StartsWith(label, "0x") ||
         std::all_of(label.begin(), label.end(), [](unsigned char c) {
           return absl::ascii_isdigit(c);
         });
}

absl::StatusOr<std::string> NameHost(
    const std::string& address, const std::string& host) {
  if (IsIpv4(host)) return host;
  const std::string name = absl::AsciiStrToLower(host);
  const std::vector<std::string> labels =
      absl::StrSplit(std::string(absl::StripSuffix(name, ".")), '.');
  for (const std::string& label : labels) {
    if (label.empty() || label.size() > 63 || name.size() > kMaxName ||
        !std::all_of(label.begin(), label.end(), IsNameCharacter)) {
      return Bad(
          address,
          "has no host that could be: use the name or address of an "
          "interface, as 127.0.0.1, [::1] or localhost, or [::] for all");
    }
  }
  if (EndsInNumber(labels.back())) {
    return Bad(
        address,
        "has a host that is neither a name nor an IPv4 address of four "
        "numbers, as 127.0.0.1");
  }
  return name;
}

absl::StatusOr<std::string> TcpHost(
    const std::string& address, const std::string& host) {
  if (host.empty()) {
    return Bad(address, "has no host: use [::] for all interfaces");
  }
  // What follows would be lost.
  if (absl::StrContains(host, '\0')) return Bad(address, "has a NUL in it");
  if (host.front() == '[' && host.back() == ']') {
    return Ipv6Host(address, host.substr(1, host.size() - 2));
  }
  if (IsIpv6(host)) {
    return Bad(
        address,
        absl::StrCat(
            "has an IPv6 address without brackets: write [", host, "]"));
  }
  if (host == "unix" || host == "unix-abstract") {
    return Bad(
        address,
        "names no socket: write unix:/run/name.sock or unix-abstract:name");
  }
  if (absl::StrContains(host, ':')) {
    return Bad(
        address,
        absl::StrCat(
            "has the host ",
            absl::CHexEscape(host),
            ": write the name or address of an interface, IPv6 addresses in "
            "brackets, and one port"));
  }
  return NameHost(address, host);
}

absl::StatusOr<Address> ParseSocket(
    const std::string& address, AddressKind kind, std::string path) {
  const bool file = kind == AddressKind::kUnix;
  // As URIs have it: no authority.
  if (file && absl::StartsWith(path, "//")) {
    if (!absl::StartsWith(path, "///")) {
      return Bad(address, "has a host: write unix:/run/name.sock");
    }
    path.erase(0, 2);
  }
  if (path.empty()) {
    return Bad(
        address,
        file ? "has no path: write unix:/run/name.sock"
             : "has no name: write unix-abstract:name");
  }
  if (absl::StrContains(path, '\0')) return Bad(address, "has a NUL in it");
  if (path.size() > kMaxPath) {
    return Bad(
        address,
        absl::StrCat(
            "is too long for a socket: ",
            path.size(),
            " bytes, and at most ",
            kMaxPath,
            " may be"));
  }
  if (file && path.back() == '/') {
    return Bad(address, "is a directory's: name a file in it");
  }
  return Address{kind, std::move(path), 0};
}

// Sockets, which have no port; nullopt for other addresses.
std::optional<absl::StatusOr<Address>> TrySocket(const std::string& text) {
  if (absl::StartsWith(text, "unix:")) {
    return ParseSocket(text, AddressKind::kUnix, text.substr(5));
  }
  if (absl::StartsWith(text, "unix-abstract:")) {
    return ParseSocket(text, AddressKind::kUnixAbstract, text.substr(14));
  }
  return std::nullopt;
}

absl::StatusOr<Address> ParseTcp(
    const std::string& text, const std::string& host, int port) {
  absl::StatusOr<std::string> parsed = TcpHost(text, host);
  if (!parsed.ok()) return parsed.status();
  if (port < 0 || port > kMaxPort) {
    return Bad(
        text,
        absl::StrCat(
            "has the port ", port, ": use 1 to 65535, or 0 for a free one"));
  }
  return Address{AddressKind::kTcp, *std::move(parsed), port};
}

}  // namespace

std::string Address::ToString() const {
  switch (kind) {
    case AddressKind::kUnix:
      return absl::StrCat("unix:", host);
    case AddressKind::kUnixAbstract:
      return absl::StrCat("unix-abstract:", host);
    case AddressKind::kTcp:
      break;
  }
  if (IsIpv6(host)) return absl::StrCat("[", host, "]:", port);
  return absl::StrCat(host, ":", port);
}

bool Address::wildcard() const {
  return kind == AddressKind::kTcp && (host == "::" || host == "0.0.0.0");
}

absl::StatusOr<Address> ParseAddress(std::string_view given) {
  const std::string text(given);
  if (text.empty()) {
    return Bad(text, "is empty: write host:port, as 127.0.0.1:50051");
  }
  if (auto socket = TrySocket(text)) return *std::move(socket);
  if (IsScheme(text)) {
    return Bad(text, "has a scheme: write host:port, or unix:/run/name.sock");
  }
  if (IsIpv6(text)) {
    return Bad(
        text,
        "is an IPv6 address without brackets and port: write "
        "[::1]:50051");
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || text.back() == ']') {
    return Bad(text, "has no port: write host:port, as 127.0.0.1:50051");
  }
  const std::string digits = text.substr(colon + 1);
  if (digits.empty()) {
    return Bad(text, "has no port: write host:port, as 127.0.0.1:50051");
  }
  if (!std::all_of(digits.begin(), digits.end(), [](unsigned char c) {
        return absl::ascii_isdigit(c);
      })) {
    return Bad(
        text,
        absl::StrCat(
            "has the port ",
            absl::CHexEscape(digits),
            ", which is no number: use 1 to 65535, or 0 for a free one"));
  }
  int port = 0;
  // More digits than an int holds are out of range, too.
  if (!absl::SimpleAtoi(digits, &port)) port = kMaxPort + 1;
  if (port > kMaxPort) {
    return Bad(
        text,
        absl::StrCat(
            "has the port ", digits, ": use 1 to 65535, or 0 for a free one"));
  }
  return ParseTcp(text, text.substr(0, colon), port);
}

absl::StatusOr<Address> ParseAddress(std::string_view given, int port) {
  const std::string host(given);
  if (auto socket = TrySocket(host)) return *std::move(socket);
  const std::string text = absl::StrCat(host, ":", port);
  if (IsScheme(host)) {
    return Bad(text, "has a scheme: use a host alone, or unix:/run/name.sock");
  }
  return ParseTcp(text, host, port);
}

bool Overlap(const Address& one, const Address& other) {
  if (one.kind != other.kind) return false;
  if (one.kind != AddressKind::kTcp) return one.host == other.host;
  if (one.port != other.port || one.port == 0) return false;
  if (one.host == other.host || one.host == "::" || other.host == "::") {
    return true;
  }
  const auto covers = [](const std::string& wide, const std::string& narrow) {
    if (wide == "0.0.0.0") return !IsIpv6(narrow);
    if (wide == "localhost") return narrow == "127.0.0.1" || narrow == "::1";
    return false;
  };
  return covers(one.host, other.host) || covers(other.host, one.host);
}

}  // namespace hawkmount::listen
