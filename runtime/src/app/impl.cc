#include "app/impl.h"

#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "hawkmount/metrics_registry.h"
#include "listen/file_limit.h"
#include "observe/console_sink.h"

namespace hawkmount {

App::Impl::Impl(App& app, AppOptions options)
    : app_(app),
      options_(std::move(options)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      logger_(
          options_.logger != nullptr
              ? options_.logger
              : observe::MakeConsoleLogger(options_.log.format)),
      recent_(std::make_shared<observe::RecentCalls>()),
      exemplars_(
          options_.metrics.exemplars ? std::make_shared<observe::Exemplars>()
                                     : nullptr),
      log_writer_(std::make_shared<observe::LogWriter>(
          logger_, options_.log.format, recent_, exemplars_)),
      metrics_(std::make_shared<observe::Metrics>(observe::Side::kServer)),
      exposition_(
          options_.metrics.prefix,
          options_.metrics.views,
          std::make_shared<observe::Others>(options_.metrics.others, logger_)),
      workers_(std::make_shared<engine::Workers>(
          options_.max_workers, options_.max_queue)),
      watch_(std::make_shared<engine::Watch>(logger_, options_.trim_memory)),
      exceptions_(
          std::make_shared<engine::ExceptionRules>(options_.exceptions)),
      board_(std::make_shared<health::Board>()),
      plugins_(std::make_shared<app::Plugins>(logger_)),
      collectable_(std::make_shared<observe::PageCollectable>([this] {
        return exposition_.WriteOwn(
            MetricsPage(), observe::TextFormat::kPrometheus);
      })),
      http_(options_, PageSources(), logger_) {}

App::Impl::~Impl() {
  collectable_->End();
  Shutdown(std::chrono::milliseconds(0)).IgnoreError();
  close(wake_);
}

App::Impl::OperationLock::OperationLock(Impl& app) : app_(app) {
  if (app.operator_ == std::this_thread::get_id()) {
    status_ = absl::FailedPreconditionError(
        "the app is in the middle of a start or stop, which called this hook");
    return;
  }
  app.operation_.lock();
  app.operator_ = std::this_thread::get_id();
}

App::Impl::OperationLock::~OperationLock() {
  if (!status_.ok()) return;
  app_.operator_ = std::thread::id();
  app_.operation_.unlock();
}

// Before the start.

MountHandle& App::Impl::Mount(app::PlannedMount planned) {
  plugins_->AddMount(planned.mount);
  if (planned.options.metrics != nullptr) {
    std::lock_guard lock(registries_mutex_);
    registries_.insert(planned.options.metrics);
  }
  std::lock_guard lock(mutex_);
  if (AnyRuns()) {
    wrong_mount_ = absl::FailedPreconditionError(absl::StrCat(
        std::string(planned.mount.service_name()),
        " was mounted after the app had started: mount before Start"));
    logger_->error("{}", std::string(wrong_mount_.message()));
  }
  mounts_.push_back(std::move(planned));
  return handles_.emplace_back(*this, handles_.size());
}

void App::Impl::Register(
    const hawkmount::Mount& mount, grpc::ServerBuilder& builder) {
  engine::ServerConfig config = EngineConfig();
  config.mounts.push_back({mount, true});
  plugins_->AddMount(mount);
  auto attached = engine::Server::Attach(config, builder);
  std::lock_guard lock(mutex_);
  if (attached.ok()) {
    attached_.push_back(*std::move(attached));
    return;
  }
  // Its calls become UNIMPLEMENTED.
  wrong_mount_ = absl::Status(
      attached.status().code(),
      absl::StrCat(
          std::string(mount.service_name()),
          " cannot be served: ",
          attached.status().message()));
  logger_->error("{}", std::string(wrong_mount_.message()));
}

void App::Impl::OnStart(std::string name, Lifecycle::Hook hook) {
  std::lock_guard lock(mutex_);
  hooks_.OnStart(std::move(name), std::move(hook));
}

void App::Impl::OnShutdown(std::string name, Lifecycle::Hook hook) {
  std::lock_guard lock(mutex_);
  hooks_.OnShutdown(std::move(name), std::move(hook));
}

void App::Impl::Use(Lifecycle hooks) {
  std::lock_guard lock(mutex_);
  hooks_.Merge(std::move(hooks));
}

void App::Impl::AddRoute(
    const std::string& method, const std::string& path, HttpHandler handler) {
  std::lock_guard lock(mutex_);
  http_.AddRoute(method, path, std::move(handler));
}

void App::Impl::AddReadinessCheck(
    const std::string& name,
    std::function<absl::Status()> check,
    std::chrono::milliseconds timeout) {
  std::lock_guard lock(mutex_);
  http_.AddReadinessCheck(name, std::move(check), timeout);
}

// Start.

absl::Status App::Impl::Start() {
  ForgetWake();
  return Serve();
}

absl::Status App::Impl::Serve() {
  OperationLock operation(*this);
  if (!operation.status().ok()) return operation.status();
  if (started_) return absl::OkStatus();
  if (absl::Status wrong = CheckOptions(); !wrong.ok()) return wrong;
  {
    std::lock_guard lock(mutex_);
    stop_ = std::stop_source();
  }
  if (absl::Status failed = plugins_->Start(app_); !failed.ok()) return failed;
  const Lifecycle hooks = Hooks();
  if (absl::Status failed = hooks.Start(); !failed.ok()) {
    return app::Together({failed, plugins_->Shutdown(app_)});
  }
  if (absl::Status failed = StartAll(); !failed.ok()) {
    return app::Together(
        {failed,
         StopAll(std::chrono::milliseconds(0)),
         hooks.Shutdown(),
         plugins_->Shutdown(app_)});
  }
  started_ = true;
  http_.SetState(app::State::kServing);
  TellHealth();
  TellUnimplemented();
  return absl::OkStatus();
}

absl::Status App::Impl::CheckOptions() const {
  absl::Status status = app::CheckLog(options_.log);
  if (options_.max_workers == 0 && HasBlockingHandlers()) {
    status.Update(absl::InvalidArgumentError(
        "max_workers is 0: blocking handlers need at least one"));
  }
  status.Update(app::CheckMetrics(options_.metrics));
  for (const auto& registry : Registries()) {
    const auto& [prefix, views] = registry->options();
    status.Update(app::CheckMetrics({.prefix = prefix, .views = views}));
  }
  if (options_.exceptions.code == absl::StatusCode::kOk) {
    status.Update(absl::InvalidArgumentError(
        "exceptions.code is OK: an exception cannot end a call well"));
  }
  return status;
}

bool App::Impl::HasBlockingHandlers() const {
  std::lock_guard lock(mutex_);
  return std::any_of(mounts_.begin(), mounts_.end(), [](const auto& planned) {
    const std::vector<Style>& styles = planned.mount.styles();
    return !planned.options.max_workers.has_value() &&
           std::find(styles.begin(), styles.end(), kBlocking) != styles.end();
  });
}

absl::Status App::Impl::StartAll() {
  if (absl::Status failed = log_writer_->Start(); !failed.ok()) return failed;
  if (absl::Status failed = Plan(); !failed.ok()) return failed;
  if (auto raised = listen::RaiseFileLimit(); !raised.ok()) {
    logger_->warn("{}", std::string(raised.status().message()));
  }
  for (const auto& server : servers_) {
    if (!server->plan().options.autostart) continue;
    if (absl::Status failed = server->Start(); !failed.ok()) return failed;
  }
  std::lock_guard lock(mutex_);
  std::vector<app::ServedMount> served;
  for (size_t i = 0; i < mounts_.size(); ++i) {
    served.push_back({mounts_[i], server_of_[i]->port()});
  }
  return http_.Start(std::move(served));
}

// Single mounts.

absl::Status App::Impl::StartMount(size_t mount) {
  OperationLock operation(*this);
  if (!operation.status().ok()) return operation.status();
  absl::Status status = CheckOptions();
  if (status.ok()) status = Plan();
  if (status.ok()) status = server_of_[mount]->Start();
  if (status.ok()) TellHealth();
  return status;
}

absl::Status App::Impl::StopMount(
    size_t mount, std::chrono::milliseconds grace) {
  OperationLock operation(*this);
  if (!operation.status().ok()) return operation.status();
  const std::shared_ptr<app::Serving> server = ServingOf(mount);
  return server == nullptr ? absl::OkStatus() : server->Stop(grace);
}

int App::Impl::MountPort(size_t mount) const {
  const std::shared_ptr<app::Serving> server = ServingOf(mount);
  if (server != nullptr && server->running()) return server->port();
  std::lock_guard lock(mutex_);
  return mounts_[mount].options.port;
}

int App::Impl::ProbePort(size_t mount) const {
  std::lock_guard lock(mutex_);
  if (mount >= server_of_.size()) return -1;
  const auto probes = probes_of_.find(server_of_[mount].get());
  return probes == probes_of_.end() ? -1 : probes->second->port();
}

grpc::Server* App::Impl::MountServer(size_t mount) const {
  const std::shared_ptr<app::Serving> server = ServingOf(mount);
  return server == nullptr ? nullptr : server->grpc_server();
}

std::shared_ptr<app::Serving> App::Impl::ServingOf(size_t mount) const {
  std::lock_guard lock(mutex_);
  return mount < server_of_.size() ? server_of_[mount] : nullptr;
}

bool App::Impl::AnyRuns() const {
  return std::any_of(servers_.begin(), servers_.end(), [](const auto& server) {
    return server->running();
  });
}

// What is shown.

std::stop_token App::Impl::stopping() const {
  std::lock_guard lock(mutex_);
  return stop_.get_token();
}

void App::Impl::SetValue(std::type_index type, std::shared_ptr<void> value) {
  std::lock_guard lock(mutex_);
  values_[type] = std::move(value);
}

std::shared_ptr<void> App::Impl::Value(std::type_index type) const {
  std::lock_guard lock(mutex_);
  const auto found = values_.find(type);
  return found == values_.end() ? nullptr : found->second;
}

Lifecycle App::Impl::Hooks() const {
  std::lock_guard lock(mutex_);
  return hooks_;
}

}  // namespace hawkmount
