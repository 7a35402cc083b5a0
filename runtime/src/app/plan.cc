#include "app/plan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "app/mount_addresses.h"

namespace hawkmount::app {
namespace {

using listen::Address;

std::string Join(const std::vector<Address>& addresses) {
  return absl::StrJoin(
      addresses, ", ", [](std::string* out, const Address& address) {
        out->append(address.ToString());
      });
}

bool WantsFreePort(const std::vector<Address>& addresses) {
  return std::any_of(
      addresses.begin(), addresses.end(), [](const Address& address) {
        return address.wants_free_port();
      });
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
    if (std::find(taken.begin(), taken.end(), name) == taken.end()) continue;
    const std::string by =
        NameOf(one) == NameOf(other)
            ? ""
            : absl::StrCat(", by ", NameOf(one), " and by ", NameOf(other));
    return absl::InvalidArgumentError(absl::StrCat(
        std::string(name),
        " is mounted twice on ",
        address,
        by,
        ": give one of the mounts another port"));
  }
  return absl::OkStatus();
}

absl::Status CheckInterceptors(const PlannedMount& mount) {
  const auto& list = mount.options.interceptors;
  if (std::find(list.begin(), list.end(), nullptr) != list.end()) {
    return Wrong(mount, "one of its interceptors is null");
  }
  if (!list.empty() && mount.adopted != nullptr) {
    return Wrong(
        mount,
        "interceptors do not reach services that were written by hand: leave "
        "them out, or mount a generated service");
  }
  return absl::OkStatus();
}

// Groups the mounts into servers.
class Planner {
 public:
  explicit Planner(const std::vector<PlannedMount>& mounts) : mounts_(mounts) {}

  absl::Status Add(size_t index) {
    const PlannedMount& mount = mounts_[index];
    if (mount.adopted != nullptr && mount.adopted->service() == nullptr) {
      return Wrong(mount, "there is no service: it is null");
    }
    if (absl::Status list = CheckInterceptors(mount); !list.ok()) return list;
    absl::StatusOr<std::vector<Address>> addresses = AddressesOf(mount);
    if (!addresses.ok()) return addresses.status();
    if (absl::Status group = CheckGroup(mount, *addresses); !group.ok()) {
      return group;
    }
    for (PlannedServer& server : servers_) {
      if (*addresses == server.addresses &&
          (SameGroup(server, mount) || !WantsFreePort(server.addresses))) {
        return AddTo(server, index);
      }
      absl::Status apart = CheckOverlap(mount, *addresses, server);
      if (!apart.ok()) return apart;
    }
    servers_.push_back(
        {.address = Join(*addresses),
         .addresses = *addresses,
         .mounts = {index},
         .options = {}});
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<PlannedServer>> Finish() {
    for (PlannedServer& server : servers_) {
      std::vector<const PlannedMount*> mounts;
      for (const size_t index : server.mounts) {
        mounts.push_back(&mounts_[index]);
      }
      absl::StatusOr<ServerOptions> options =
          MergeOptions(mounts, server.address);
      if (!options.ok()) return options.status();
      server.options = *std::move(options);
    }
    if (absl::Status health = CheckHealthPorts(); !health.ok()) return health;
    return std::move(servers_);
  }

 private:
  bool SameGroup(const PlannedServer& server, const PlannedMount& mount) const {
    if (mount.options.group.empty()) return false;
    return std::any_of(
        server.mounts.begin(), server.mounts.end(), [&](size_t index) {
          return mounts_[index].options.group == mount.options.group;
        });
  }

  absl::Status Refuse(
      const PlannedMount& mount,
      const PlannedMount& other,
      const std::string& why) const {
    return absl::InvalidArgumentError(absl::StrCat(
        "the mounts of ", NameOf(mount), " and ", NameOf(other), " ", why));
  }

  absl::Status CheckGroup(
      const PlannedMount& mount, const std::vector<Address>& addresses) const {
    for (const PlannedServer& server : servers_) {
      if (!SameGroup(server, mount) || addresses == server.addresses) continue;
      return Refuse(
          mount,
          mounts_[server.mounts.front()],
          absl::StrCat(
              "are both of the group \"",
              mount.options.group,
              "\", but listen on ",
              Join(addresses),
              " and on ",
              server.address,
              ": give both the same addresses"));
    }
    return absl::OkStatus();
  }

  absl::Status AddTo(PlannedServer& server, size_t index) {
    const PlannedMount& mount = mounts_[index];
    for (const size_t other : server.mounts) {
      const std::string& group = mounts_[other].options.group;
      if (!group.empty() && !mount.options.group.empty() &&
          group != mount.options.group) {
        return Refuse(
            mount,
            mounts_[other],
            absl::StrCat(
                "share ",
                server.address,
                ", but are of the groups \"",
                mount.options.group,
                "\" and \"",
                group,
                "\": name one group, or other addresses"));
      }
      absl::Status apart = CheckApart(mounts_[other], mount, server.address);
      if (!apart.ok()) return apart;
    }
    server.mounts.push_back(index);
    return absl::OkStatus();
  }

  absl::Status CheckOverlap(
      const PlannedMount& mount,
      const std::vector<Address>& addresses,
      const PlannedServer& server) const {
    for (const Address& one : addresses) {
      for (const Address& other : server.addresses) {
        if (!Overlap(one, other)) continue;
        const std::string shared =
            one == other
                ? one.ToString()
                : absl::StrCat(one.ToString(), " and ", other.ToString());
        return Refuse(
            mount,
            mounts_[server.mounts.front()],
            absl::StrCat(
                "share ",
                shared,
                addresses == server.addresses
                    ? ", and a free port besides: name the same group in both"
                    : ", but not all addresses: give both the same ones, or "
                      "none in common"));
      }
    }
    return absl::OkStatus();
  }

  // The ports for probes are on all interfaces.
  absl::Status CheckHealthPorts() const {
    for (size_t i = 0; i < servers_.size(); ++i) {
      if (servers_[i].options.health_port.value_or(0) == 0) continue;
      const Address health{
          listen::AddressKind::kTcp, "::", *servers_[i].options.health_port};
      for (size_t j = 0; j < servers_.size(); ++j) {
        const bool same_port =
            i < j && servers_[j].options.health_port == health.port;
        const bool taken = std::any_of(
            servers_[j].addresses.begin(),
            servers_[j].addresses.end(),
            [&](const Address& address) { return Overlap(address, health); });
        if (!same_port && !taken) continue;
        return Wrong(
            mounts_[servers_[i].mounts.front()],
            absl::StrCat(
                "its health_port ",
                health.port,
                " is that of ",
                NameOf(mounts_[servers_[j].mounts.front()]),
                same_port ? " as well" : "'s own calls",
                ": use a port of its own"));
      }
    }
    return absl::OkStatus();
  }

  const std::vector<PlannedMount>& mounts_;
  std::vector<PlannedServer> servers_;
};

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
  Planner planner(mounts);
  for (size_t i = 0; i < mounts.size(); ++i) {
    if (absl::Status added = planner.Add(i); !added.ok()) return added;
  }
  return planner.Finish();
}

PlannedServer ProbesOf(const PlannedServer& server) {
  PlannedServer probes;
  probes.addresses = {
      {listen::AddressKind::kTcp, "::", *server.options.health_port}};
  probes.address = Join(probes.addresses);
  probes.options.autostart = server.options.autostart;
  return probes;
}

std::chrono::milliseconds LatestAge(std::chrono::milliseconds age) {
  // A round trip, and what a busy machine is late.
  constexpr std::chrono::milliseconds kToHear(500);
  return age + age / 10 + kToHear;
}

}  // namespace hawkmount::app
