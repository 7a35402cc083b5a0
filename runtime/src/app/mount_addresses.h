#ifndef HAWKMOUNT_APP_MOUNT_ADDRESSES_H_
#define HAWKMOUNT_APP_MOUNT_ADDRESSES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "app/plan.h"
#include "listen/address.h"

namespace hawkmount::app {

// "pkg.Service"
std::string NameOf(const PlannedMount& planned);

// INVALID_ARGUMENT: "the mount of pkg.Service: ..."
absl::Status Wrong(const PlannedMount& planned, const std::string& what);

// Where a mount is to listen, sorted, at least one address. INVALID_ARGUMENT,
// naming the mount and the address, for one that could be mistaken for another,
// or when host, port and addresses contradict each other.
absl::StatusOr<std::vector<listen::Address>> AddressesOf(
    const PlannedMount& planned);

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_MOUNT_ADDRESSES_H_
