#include "app/mount_addresses.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace hawkmount::app {

using listen::Address;

namespace {

absl::StatusOr<Address> Parse(
    const PlannedMount& planned, absl::StatusOr<Address> parsed) {
  if (parsed.ok()) return parsed;
  return Wrong(planned, std::string(parsed.status().message()));
}

// Of host and port.
absl::StatusOr<std::vector<Address>> OneAddress(const PlannedMount& planned) {
  const MountOptions& options = planned.options;
  absl::StatusOr<Address> address =
      Parse(planned, listen::ParseAddress(options.host, options.port));
  if (!address.ok()) return address.status();
  if (address->kind != listen::AddressKind::kTcp &&
      options.port != MountOptions().port) {
    return Wrong(
        planned,
        absl::StrCat(
            "its host is the socket ",
            address->ToString(),
            ", which has no port, but its port is ",
            options.port,
            ": leave one of the two out"));
  }
  return std::vector<Address>{*std::move(address)};
}

}  // namespace

std::string NameOf(const PlannedMount& planned) {
  return std::string(planned.mount.service_name());
}

absl::Status Wrong(const PlannedMount& planned, const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the mount of ", NameOf(planned), ": ", what));
}

absl::StatusOr<std::vector<Address>> AddressesOf(const PlannedMount& planned) {
  const MountOptions& options = planned.options;
  if (options.addresses.empty()) return OneAddress(planned);
  const MountOptions defaults;
  if (options.host != defaults.host || options.port != defaults.port) {
    return Wrong(
        planned,
        absl::StrCat(
            "it has addresses, and host or port as well (",
            options.host,
            ", ",
            options.port,
            "): add them to the addresses"));
  }
  std::vector<Address> addresses;
  for (const std::string& text : options.addresses) {
    absl::StatusOr<Address> address =
        Parse(planned, listen::ParseAddress(text));
    if (!address.ok()) return address.status();
    for (const Address& other : addresses) {
      if (*address != other && !Overlap(*address, other)) continue;
      return Wrong(
          planned,
          absl::StrCat(
              "its addresses ",
              other.ToString(),
              " and ",
              address->ToString(),
              " are the same in part: keep one of them"));
    }
    addresses.push_back(*std::move(address));
  }
  std::sort(addresses.begin(), addresses.end());
  return addresses;
}

}  // namespace hawkmount::app
