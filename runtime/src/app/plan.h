#ifndef HAWKMOUNT_APP_PLAN_H_
#define HAWKMOUNT_APP_PLAN_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "hawkmount/app.h"

namespace hawkmount::app {

struct PlannedMount {
  hawkmount::Mount mount;
  MountOptions options;
};

// One server: its address and the mounts that share it.
struct PlannedServer {
  std::string address;
  std::vector<size_t> mounts;  // indices, in their order
};

// INVALID_ARGUMENT, naming the option, for shares that are none.
absl::Status CheckLog(const LogOptions& options);

// Which servers some mounts make. INVALID_ARGUMENT, naming what is wrong, for a
// port or host that gRPC would take for another, or a service that is mounted
// twice on one address.
absl::StatusOr<std::vector<PlannedServer>> PlanServers(
    const std::vector<PlannedMount>& mounts);

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_PLAN_H_
