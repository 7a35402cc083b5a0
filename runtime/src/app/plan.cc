#include "app/plan.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace hawkmount::app {
namespace {

absl::Status Check(const PlannedMount& planned) {
  const MountOptions& options = planned.options;
  const std::string service(planned.mount.service_name());
  if (options.port < 0 || options.port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the mount of ",
        service,
        " asks for port ",
        options.port,
        ": use 1 to 65535, or 0 for a free one"));
  }
  if (options.host.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the mount of ",
        service,
        " has an empty host: use \"[::]\" for all addresses"));
  }
  if (options.host == "unix" || options.host == "unix-abstract" ||
      absl::StrContains(options.host, '\0')) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the mount of ",
        service,
        " has the host \"",
        absl::CHexEscape(options.host),
        "\": use the name or address of an interface"));
  }
  if (absl::StrContains(options.host, ':') &&
      !(options.host.front() == '[' && options.host.back() == ']')) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the mount of ",
        service,
        " has the host ",
        options.host,
        ": write IPv6 addresses in brackets, and the port in .port"));
  }
  return absl::OkStatus();
}

// All names that a mount answers to.
std::vector<std::string_view> NamesOf(const PlannedMount& planned) {
  const codegen::ServiceEntry& service = planned.mount.service();
  std::vector<std::string_view> names(
      service.serve_as.begin(), service.serve_as.end());
  names.push_back(service.name);
  return names;
}

absl::Status CheckApart(
    const PlannedMount& one,
    const PlannedMount& other,
    const std::string& address) {
  const std::vector<std::string_view> taken = NamesOf(one);
  for (const std::string_view name : NamesOf(other)) {
    if (std::find(taken.begin(), taken.end(), name) != taken.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          std::string(name),
          " is mounted twice on ",
          address,
          ": give one of the mounts another port"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckLog(const LogOptions& options) {
  const auto check = [](double share, const std::string& name) {
    if (share >= 0 && share <= 1) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        name, " is ", share, ": use the share of calls to log, 0 to 1"));
  };
  absl::Status status = check(options.sample, "log.sample");
  for (const auto& [method, share] : options.sample_by_method) {
    status.Update(
        check(share, absl::StrCat("log.sample_by_method of ", method)));
  }
  return status;
}

absl::StatusOr<std::vector<PlannedServer>> PlanServers(
    const std::vector<PlannedMount>& mounts) {
  if (mounts.empty()) {
    return absl::InvalidArgumentError("the app has no mount to serve");
  }
  std::vector<PlannedServer> servers;
  for (size_t i = 0; i < mounts.size(); ++i) {
    if (absl::Status status = Check(mounts[i]); !status.ok()) return status;
    const MountOptions& options = mounts[i].options;
    const std::string address = absl::StrCat(options.host, ":", options.port);
    auto shared = std::find_if(
        servers.begin(), servers.end(), [&](const PlannedServer& server) {
          return options.port != 0 && server.address == address;
        });
    if (shared == servers.end()) {
      servers.push_back({address, {i}});
      continue;
    }
    for (const size_t other : shared->mounts) {
      absl::Status apart = CheckApart(mounts[other], mounts[i], address);
      if (!apart.ok()) return apart;
    }
    shared->mounts.push_back(i);
  }
  return servers;
}

}  // namespace hawkmount::app
