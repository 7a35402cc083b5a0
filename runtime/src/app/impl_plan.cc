// Which servers an app has, and what each is to serve.

#include <spdlog/spdlog.h>

#include <algorithm>

#include "app/impl.h"
#include "hawkmount/metrics_registry.h"

namespace hawkmount {

// Which servers there are to be, unless that is known.
absl::Status App::Impl::Plan() {
  std::lock_guard lock(mutex_);
  if (!wrong_mount_.ok()) return wrong_mount_;
  const bool planned = !servers_.empty() && server_of_.size() == mounts_.size();
  if (planned || (mounts_.empty() && !attached_.empty())) {
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<app::PlannedServer>> plan =
      app::PlanServers(mounts_);
  if (!plan.ok()) return plan.status();
  servers_.clear();
  probes_of_.clear();
  server_of_.resize(mounts_.size());
  if (health_ == nullptr) {
    std::function<bool()> checks;
    if (http_.has_checks()) checks = [this] { return http_.ChecksPass(); };
    health_ = std::make_unique<health::Service>(board_, std::move(checks));
  }
  for (app::PlannedServer& planned : *plan) {
    const auto server = AddServer(std::move(planned));
    if (!server->plan().options.health_port.has_value()) continue;
    // Health alone, in plaintext.
    probes_of_[server.get()] = AddServer(app::ProbesOf(server->plan()));
  }
  return absl::OkStatus();
}

std::shared_ptr<app::Serving> App::Impl::AddServer(app::PlannedServer planned) {
  engine::ServerConfig config = EngineConfig();
  if (planned.options.max_workers.has_value()) {
    config.workers = std::make_shared<engine::Workers>(
        *planned.options.max_workers, options_.max_queue);
  }
  std::vector<const hawkmount::Mount*> shown;
  for (const size_t mount : planned.mounts) {
    const app::PlannedMount& served = mounts_[mount];
    if (served.adopted != nullptr) {
      config.adopted.push_back(
          {std::string(served.mount.service_name()),
           served.adopted->service()});
    }
    if (served.options.configure != nullptr) config.foreign = true;
    config.mounts.push_back(
        {.mount = served.mount,
         .observed = served.options.observability,
         .interceptors = served.options.interceptors,
         .metrics = served.options.metrics == nullptr
                        ? nullptr
                        : served.options.metrics->metrics()});
    if (served.options.reflection) shown.push_back(&served.mount);
  }
  // A user may serve health by hand.
  const hawkmount::Mount& health = health_->mount();
  const bool own = std::any_of(
      config.mounts.begin(), config.mounts.end(), [&](const auto& served) {
        return served.mount.service_name() == health.service_name();
      });
  if (!own) {
    config.mounts.push_back(
        {.mount = health, .observed = false, .exempt = true});
    if (!shown.empty()) shown.push_back(&health);
  }
  auto server = std::make_shared<app::Serving>(
      std::move(planned), std::move(config), shown);
  for (const size_t mount : server->plan().mounts) server_of_[mount] = server;
  servers_.push_back(server);
  return server;
}

void App::Impl::TellHealth() {
  std::lock_guard lock(mutex_);
  std::vector<std::string_view> services;
  for (size_t mount = 0; mount < server_of_.size(); ++mount) {
    if (!server_of_[mount]->running()) continue;
    services.push_back(mounts_[mount].mount.service_name());
  }
  board_->Begin(services);
}

engine::ServerConfig App::Impl::EngineConfig() const {
  return {
      .app = &app_,
      .logger = logger_,
      .metrics = metrics_,
      .log_writer = log_writer_,
      .log = options_.log,
      .request_id = options_.request_id,
      .exceptions = exceptions_,
      .workers = workers_,
      .watch = watch_,
      .event_threads = options_.event_threads != 0
                           ? options_.event_threads
                           : engine::DefaultEventThreads(),
      .on_exception =
          [plugins = plugins_](
              const Method& method,
              std::string_view request_id,
              const std::exception_ptr& exception) {
            plugins->TellException(method, request_id, exception);
          },
      .configure = {},
      .mounts = {},
      .adopted = {}};
}

void App::Impl::TellUnimplemented() const {
  std::lock_guard lock(mutex_);
  for (const app::PlannedMount& planned : mounts_) {
    const auto& methods = planned.mount.service().methods;
    for (size_t i = 0; i < methods.size(); ++i) {
      if (planned.mount.styles()[i] != Style::kUnimplemented) continue;
      logger_->warn(
          "{} is not overridden by its handler: it answers UNIMPLEMENTED",
          methods[i].method->path);
    }
  }
}

}  // namespace hawkmount
