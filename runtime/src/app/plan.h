#ifndef HAWKMOUNT_APP_PLAN_H_
#define HAWKMOUNT_APP_PLAN_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "app/adopted.h"
#include "app/server_options.h"
#include "hawkmount/app.h"
#include "listen/address.h"

namespace hawkmount::app {

struct PlannedMount {
  hawkmount::Mount mount;
  MountOptions options;
  // Set for a service by hand, which `mount` only names.
  std::shared_ptr<const Adopted> adopted{};
};

// One server: its addresses and the mounts that share it.
struct PlannedServer {
  // The addresses, for people: "127.0.0.1:50051, unix:/run/greeter.sock".
  std::string address;
  std::vector<listen::Address> addresses;  // sorted, at least one
  std::vector<size_t> mounts;              // indices, in their order
  ServerOptions options;
};

// INVALID_ARGUMENT, naming the option, for shares that are none.
absl::Status CheckLog(const LogOptions& options);

// Which servers some mounts make: those with equal addresses share one. A
// server shows all its services on all its addresses, so addresses that two
// servers would share in part are refused. INVALID_ARGUMENT, naming mounts and
// addresses, for that, for an address that could be mistaken for another, for a
// service twice on one server, and for options that contradict each other.
absl::StatusOr<std::vector<PlannedServer>> PlanServers(
    const std::vector<PlannedMount>& mounts);

// The server beside another one that has grpc.health.v1 alone, in plaintext, on
// its health_port.
PlannedServer ProbesOf(const PlannedServer& server);

// When the last of the connections with a max_connection_age is gone, once
// there are no new ones: gRPC makes it up to a tenth longer, so that not all
// leave at once, and their callers need a moment to hear of it.
std::chrono::milliseconds LatestAge(std::chrono::milliseconds age);

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_PLAN_H_
