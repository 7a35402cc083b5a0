// What an app shows of itself.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "app/doctor.h"
#include "app/impl.h"
#include "hawkmount/metrics_registry.h"

namespace hawkmount {

std::vector<Finding> App::Impl::Check() const {
  std::lock_guard lock(mutex_);
  return app::Examine(options_, mounts_);
}

app::Sources App::Impl::PageSources() {
  return {
      .metrics =
          [this](const HttpRequest& request) {
            return app::MetricsResponse(exposition_, MetricsPage(), request);
          },
      .methods = [this] { return AllMethods(); },
      .clients = [] { return observe::Metrics::Clients().Read(); },
      .engine = [this] { return Engine(); },
      .servers = [this] { return Servers(); },
      .recent = recent_};
}

std::vector<app::ServerStatus> App::Impl::Servers() const {
  std::lock_guard lock(mutex_);
  std::vector<app::ServerStatus> all;
  for (const auto& server : servers_) {
    app::ServerStatus& status = all.emplace_back(server->Status());
    for (const size_t mount : server->plan().mounts) {
      status.services.emplace_back(mounts_[mount].mount.service_name());
    }
    // Beside another one, for probes.
    if (status.services.empty()) status.services = {"grpc.health.v1.Health"};
  }
  return all;
}

std::set<std::shared_ptr<MetricsRegistry>> App::Impl::Registries() const {
  std::lock_guard lock(registries_mutex_);
  return registries_;
}

std::vector<observe::MethodSnapshot> App::Impl::AllMethods() const {
  std::vector<observe::MethodSnapshot> all = metrics_->Read();
  for (const auto& registry : Registries()) {
    for (auto& method : registry->metrics()->Read()) {
      const auto same =
          std::find_if(all.begin(), all.end(), [&](const auto& known) {
            return known.path == method.path;
          });
      if (same == all.end()) {
        all.push_back(std::move(method));
      } else {
        observe::Add(method, *same);
      }
    }
  }
  return all;
}

std::string App::Impl::MetricsText() {
  return exposition_.Write(MetricsPage(), observe::TextFormat::kPrometheus);
}

observe::MetricsPage App::Impl::MetricsPage() const {
  std::vector<observe::MethodSnapshot> server = metrics_->Read();
  if (exemplars_ != nullptr) exemplars_->CopyTo(server);
  return {
      .server = std::move(server),
      .clients = observe::Metrics::Clients().Read(),
      .engine = Engine(),
      .version = HAWKMOUNT_VERSION,
      .grpc_version = grpc::Version()};
}

observe::EngineSnapshot App::Impl::Engine() const {
  const observe::LogWriter::Counts log = log_writer_->counts();
  observe::Durations waits;
  observe::Sum(workers_->waits(), waits);
  std::vector<observe::ServerSnapshot> servers;
  {
    std::lock_guard lock(mutex_);
    // Servers on any free port may have been asked for in the same words, but
    // have a series each: the further ones are numbered.
    std::map<std::string, int> same;
    for (const auto& server : servers_) {
      servers.push_back(server->Snapshot());
      std::string& address = servers.back().address;
      const int number = ++same[address];
      if (number > 1) absl::StrAppend(&address, " (", number, ")");
    }
  }
  return {
      .servers = std::move(servers),
      .workers = workers_->threads(),
      .workers_queue_depth = workers_->queued(),
      .event_thread_lag = watch_->lags(),
      .worker_queue_wait = waits,
      .log_records_dropped = log.dropped,
      .log_records_failed = log.failed,
      .log_records_written = log.written};
}

}  // namespace hawkmount
