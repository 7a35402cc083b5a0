#include "app/server_options.h"

#include <climits>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "app/builder_arguments.h"
#include "app/mount_addresses.h"
#include "app/option_text.h"
#include "app/plan.h"

namespace hawkmount::app {

// By value: two mounts may each hold a copy.
static bool operator==(const TlsOptions& one, const TlsOptions& other) {
  const auto all = [](const TlsOptions& tls) {
    return std::tie(
        tls.certificate_file,
        tls.key_file,
        tls.client_ca_file,
        tls.client_certificate,
        tls.reload_interval,
        tls.expiry_warning);
  };
  return all(one) == all(other);
}

namespace {

using std::chrono::milliseconds;

// Takes each option from the mounts that set it.
class Merger {
 public:
  Merger(
      const std::vector<const PlannedMount*>& mounts, const std::string& where)
      : mounts_(mounts), where_(where) {}

  // `get` gives the std::optional of a mount's options, `check` what is wrong
  // with its value, "" when nothing is.
  template <typename Value, typename Get, typename Check>
  void Take(
      const std::string& option,
      std::optional<Value>& merged,
      const Get& get,
      const Check& check) {
    const PlannedMount* setter = nullptr;
    for (const PlannedMount* mount : mounts_) {
      const std::optional<Value> value = get(mount->options);
      if (!value.has_value()) continue;
      if (const std::string wrong = check(*value); !wrong.empty()) {
        status_.Update(absl::InvalidArgumentError(absl::StrCat(
            "the mount of ",
            NameOf(*mount),
            " sets ",
            option,
            " to ",
            Text(*value),
            ": ",
            wrong)));
      }
      if (setter == nullptr) {
        setter = mount;
        merged = value;
      } else if (!(*value == *merged)) {
        status_.Update(absl::InvalidArgumentError(absl::StrCat(
            "the mounts of ",
            NameOf(*setter),
            " and ",
            NameOf(*mount),
            " share ",
            where_,
            ", but set ",
            option,
            " to ",
            Text(*merged),
            " and to ",
            Text(*value),
            ": set it once, or to the same value")));
      }
    }
  }

  const absl::Status& status() const { return status_; }
  void Fail(absl::Status status) { status_.Update(status); }

 private:
  const std::vector<const PlannedMount*>& mounts_;
  const std::string& where_;
  absl::Status status_;
};

constexpr auto kAnything = [](const auto&) { return std::string(); };

// gRPC holds numbers in an int.
std::string CheckSize(size_t value) {
  return value <= INT_MAX ? "" : absl::StrCat("use at most ", INT_MAX);
}
std::string CheckCount(size_t value) {
  return value == 0 ? "use at least 1" : CheckSize(value);
}
std::string CheckTime(milliseconds value) {
  if (value.count() <= 0) return "use a time above 0";
  return value.count() <= INT_MAX
             ? ""
             : absl::StrCat("use at most ", INT_MAX, " ms");
}
std::string CheckGrace(milliseconds value) {
  return value.count() == 0 ? "" : CheckTime(value);
}
std::string CheckPort(int value) {
  return value >= 0 && value <= 65535 ? ""
                                      : "use 1 to 65535, or 0 for a free one";
}

void TakeConnection(Merger& merger, ConnectionOptions& merged) {
  const auto take = [&](const char* name, auto member, const auto& check) {
    merger.Take(
        absl::StrCat("connection.", name),
        merged.*member,
        [member](const MountOptions& options) {
          return options.connection.*member;
        },
        check);
  };
  using Options = ConnectionOptions;
  take("max_connections", &Options::max_connections, CheckCount);
  take("max_connection_idle", &Options::max_connection_idle, CheckTime);
  take("max_connection_age", &Options::max_connection_age, CheckTime);
  take(
      "max_connection_age_grace",
      &Options::max_connection_age_grace,
      CheckGrace);
  take("keepalive_time", &Options::keepalive_time, CheckTime);
  take("keepalive_timeout", &Options::keepalive_timeout, CheckTime);
  take("max_concurrent_streams", &Options::max_concurrent_streams, CheckCount);
}

void TakeArguments(
    Merger& merger,
    const std::vector<const PlannedMount*>& mounts,
    ServerOptions& merged) {
  std::set<std::string> names;
  for (const PlannedMount* mount : mounts) {
    for (const auto& [name, value] : mount->options.channel_arguments) {
      names.insert(name);
    }
  }
  for (const std::string& name : names) {
    std::optional<std::variant<int, std::string>> value;
    merger.Take(
        absl::StrCat("channel_arguments[", Text(name), "]"),
        value,
        [&name](const MountOptions& options) {
          const auto at = options.channel_arguments.find(name);
          return at == options.channel_arguments.end()
                     ? std::nullopt
                     : std::optional(at->second);
        },
        [&name](const auto&) {
          const std::string option = OptionForArgument(name);
          return option.empty() ? "" : absl::StrCat("use .", option);
        });
    if (value.has_value()) merged.channel_arguments[name] = *value;
  }
}

// Options that only make sense with others, or without.
void CheckTogether(
    Merger& merger,
    const std::vector<const PlannedMount*>& mounts,
    const ServerOptions& merged) {
  const ConnectionOptions& connection = merged.connection;
  for (const PlannedMount* mount : mounts) {
    const MountOptions& own = mount->options;
    if (own.connection.max_connection_age_grace.has_value() &&
        !connection.max_connection_age.has_value()) {
      merger.Fail(absl::InvalidArgumentError(absl::StrCat(
          "the mount of ",
          NameOf(*mount),
          " sets connection.max_connection_age_grace without "
          "connection.max_connection_age: set both, or neither")));
    }
    if (own.tls.has_value() && merged.credentials != nullptr) {
      merger.Fail(absl::InvalidArgumentError(absl::StrCat(
          "the mount of ",
          NameOf(*mount),
          " sets tls, and credentials are set for the same server, too: set "
          "one of the two")));
    }
  }
}

}  // namespace

absl::StatusOr<ServerOptions> MergeOptions(
    const std::vector<const PlannedMount*>& mounts, const std::string& where) {
  ServerOptions merged;
  Merger merger(mounts, where);
  for (const PlannedMount* mount : mounts) {
    merged.autostart = merged.autostart && mount->options.autostart;
    merged.reuse_port = merged.reuse_port || mount->options.reuse_port;
    if (mount->options.configure != nullptr) {
      merged.configure.push_back(mount->options.configure);
    }
  }
  const auto take =
      [&](const char* name, auto& into, auto member, const auto& check) {
        merger.Take(
            name,
            into,
            [member](const MountOptions& options) { return options.*member; },
            check);
      };
  using Options = MountOptions;
  std::optional<size_t> rpcs;
  std::optional<size_t> received;
  std::optional<Compression> compression;
  std::optional<std::shared_ptr<grpc::ServerCredentials>> credentials;
  take("tls", merged.tls, &Options::tls, kAnything);
  take("health_port", merged.health_port, &Options::health_port, CheckPort);
  take("max_workers", merged.max_workers, &Options::max_workers, CheckCount);
  take("max_concurrent_rpcs", rpcs, &Options::max_concurrent_rpcs, kAnything);
  take(
      "max_receive_message_size",
      received,
      &Options::max_receive_message_size,
      CheckSize);
  take(
      "max_send_message_size",
      merged.max_send_message_size,
      &Options::max_send_message_size,
      CheckSize);
  take("compression", compression, &Options::compression, kAnything);
  // By identity: what is in them cannot be seen.
  merger.Take(
      "credentials",
      credentials,
      [](const MountOptions& options) {
        return options.credentials == nullptr
                   ? std::nullopt
                   : std::optional(options.credentials);
      },
      kAnything);
  TakeConnection(merger, merged.connection);
  TakeArguments(merger, mounts, merged);
  merged.credentials = credentials.value_or(nullptr);
  CheckTogether(merger, mounts, merged);
  if (!merger.status().ok()) return merger.status();

  const ServerOptions defaults;
  merged.max_concurrent_rpcs = rpcs.value_or(defaults.max_concurrent_rpcs);
  merged.max_receive_message_size =
      received.value_or(defaults.max_receive_message_size);
  merged.compression = compression.value_or(defaults.compression);
  if (!merged.connection.max_concurrent_streams.has_value()) {
    merged.connection.max_concurrent_streams = 1000;
  }
  return merged;
}

}  // namespace hawkmount::app
