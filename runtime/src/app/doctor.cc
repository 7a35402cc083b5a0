#include "app/doctor.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"

namespace hawkmount {

std::string_view ToString(Finding::Severity severity) {
  switch (severity) {
    case Finding::Severity::kInfo:
      return "info";
    case Finding::Severity::kWarning:
      return "warning";
    case Finding::Severity::kError:
      break;
  }
  return "error";
}

namespace app {
namespace {

using std::chrono::milliseconds;
using Severity = Finding::Severity;

// What Kubernetes gives a container to end, unless told otherwise.
constexpr milliseconds kTermination(30000);

bool HasBlockingHandlers(const PlannedMount& planned) {
  const std::vector<Style>& styles = planned.mount.styles();
  return std::find(styles.begin(), styles.end(), Style::kBlocking) !=
         styles.end();
}

bool HasTls(const MountOptions& options) {
  return options.tls.has_value() || options.credentials != nullptr;
}

// Whether it is reached from other machines.
bool IsOpen(const MountOptions& options) {
  const auto open = [](const std::string& host) {
    return host.starts_with("[::]") || host.starts_with("0.0.0.0");
  };
  if (options.addresses.empty()) return open(options.host);
  return std::any_of(options.addresses.begin(), options.addresses.end(), open);
}

class Examination {
 public:
  void App(const AppOptions& options, const std::vector<PlannedMount>& mounts) {
    if (options.max_workers == 0 &&
        std::any_of(mounts.begin(), mounts.end(), HasBlockingHandlers)) {
      Add("no-workers",
          Severity::kError,
          "max_workers is 0, and there are blocking handlers",
          "set AppOptions::max_workers, or write the handlers as coroutines");
    }
    const milliseconds drain =
        options.drain_delay + WaitForAge(options, mounts) + options.grace;
    if (drain > kTermination) {
      Add("drain-too-long",
          Severity::kWarning,
          absl::StrCat(
              "a drain may take ",
              drain.count(),
              " ms (drain_delay, the wait for connections and grace): "
              "Kubernetes kills after ",
              kTermination.count(),
              " ms"),
          "shorten them, or set terminationGracePeriodSeconds to more");
    }
    if (options.http.port < 0) {
      Add("no-metrics-page",
          Severity::kInfo,
          "there is no HTTP port: nobody can scrape the metrics or ask for "
          "readiness",
          "set AppOptions::http.port, as 9464");
    }
  }

  void Mount(const PlannedMount& planned, const AppOptions& app) {
    const MountOptions& options = planned.options;
    service_ = std::string(planned.mount.service_name());
    if (options.reflection && !HasTls(options) && IsOpen(options)) {
      Add("reflection-without-tls",
          Severity::kWarning,
          "anybody who reaches the port can list its methods",
          "turn reflection off, use TLS, or listen on 127.0.0.1");
    }
    if (options.max_concurrent_rpcs == 0u) {
      Add("no-cap",
          Severity::kWarning,
          "max_concurrent_rpcs is 0: callers can use up the memory",
          "set it to what the machine can do, or leave it at 1000");
    }
    Age(options.connection, app);
  }

  std::vector<Finding> Take() { return std::move(findings_); }

 private:
  static milliseconds WaitForAge(
      const AppOptions& options, const std::vector<PlannedMount>& mounts) {
    milliseconds longest{0};
    for (const PlannedMount& planned : mounts) {
      const auto& age = planned.options.connection.max_connection_age;
      if (age.has_value()) longest = std::max(longest, LatestAge(*age));
    }
    return std::min(longest, options.max_connection_wait);
  }

  void Age(const ConnectionOptions& connection, const AppOptions& app) {
    if (connection.max_connection_age_grace && !connection.max_connection_age) {
      Add("grace-without-age",
          Severity::kError,
          "max_connection_age_grace without max_connection_age means nothing",
          "set both, or neither");
    }
    if (!connection.max_connection_age) {
      Add("no-connection-age",
          Severity::kInfo,
          "connections have no age: a drain cuts off those who keep one open, "
          "and calls that they begin in that moment fail",
          "set connection.max_connection_age, to seconds behind a load "
          "balancer");
      return;
    }
    const milliseconds latest = LatestAge(*connection.max_connection_age);
    if (latest > app.max_connection_wait) {
      Add("drain-shorter-than-age",
          Severity::kWarning,
          absl::StrCat(
              "connections may get ",
              latest.count(),
              " ms old, and a drain waits ",
              app.max_connection_wait.count(),
              " ms for them: calls may be lost"),
          "raise AppOptions::max_connection_wait, or lower the age");
    }
  }

  void Add(
      std::string id, Severity severity, std::string what, std::string fix) {
    if (!service_.empty()) what = absl::StrCat(service_, ": ", what);
    findings_.push_back(
        {std::move(id), severity, std::move(what), std::move(fix)});
  }

  std::string service_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> Examine(
    const AppOptions& options, const std::vector<PlannedMount>& mounts) {
  Examination examination;
  examination.App(options, mounts);
  for (const PlannedMount& planned : mounts) {
    examination.Mount(planned, options);
  }
  std::vector<Finding> findings = examination.Take();
  if (const auto plan = PlanServers(mounts); !plan.ok()) {
    findings.push_back(
        {"refused",
         Severity::kError,
         std::string(plan.status().message()),
         "the app does not start until this is mended"});
  }
  return findings;
}

}  // namespace app
}  // namespace hawkmount
