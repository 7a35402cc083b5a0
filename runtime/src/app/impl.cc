#include "app/impl.h"

#include <grpcpp/grpcpp.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "app/signals.h"
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
      log_writer_(std::make_shared<observe::LogWriter>(
          logger_, options_.log.format, recent_)),
      metrics_(std::make_shared<observe::Metrics>(observe::Side::kServer)),
      exposition_(
          options_.metrics.prefix,
          options_.metrics.views,
          std::make_shared<observe::Others>(options_.metrics.others, logger_)),
      workers_(std::make_shared<engine::Workers>(
          options_.max_workers, options_.max_queue)),
      watch_(std::make_shared<engine::Watch>(logger_)),
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

MountHandle& App::Impl::Mount(
    const hawkmount::Mount& mount, MountOptions options) {
  std::lock_guard lock(mutex_);
  if (AnyRuns()) {
    late_mount_ = absl::FailedPreconditionError(absl::StrCat(
        std::string(mount.service_name()),
        " was mounted after the app had started: mount before Start"));
    logger_->error("{}", std::string(late_mount_.message()));
  }
  mounts_.push_back({mount, std::move(options)});
  return handles_.emplace_back(*this, handles_.size());
}

void App::Impl::Register(
    const hawkmount::Mount& mount, grpc::ServerBuilder& builder) {
  engine::ServerConfig config = EngineConfig();
  config.mounts.push_back({mount, true});
  std::lock_guard lock(mutex_);
  attached_.push_back(engine::Server::Attach(config, builder));
}

void App::Impl::OnStart(std::string name, app::Lifecycle::Hook hook) {
  std::lock_guard lock(mutex_);
  hooks_.OnStart(std::move(name), std::move(hook));
}

void App::Impl::OnShutdown(std::string name, app::Lifecycle::Hook hook) {
  std::lock_guard lock(mutex_);
  hooks_.OnShutdown(std::move(name), std::move(hook));
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
  const app::Lifecycle hooks = Hooks();
  if (absl::Status failed = hooks.Start(); !failed.ok()) return failed;
  if (absl::Status failed = StartAll(); !failed.ok()) {
    return app::Together(
        {failed, StopAll(std::chrono::milliseconds(0)), hooks.Shutdown()});
  }
  started_ = true;
  http_.SetState(app::State::kServing);
  TellUnimplemented();
  return absl::OkStatus();
}

absl::Status App::Impl::CheckOptions() const {
  if (options_.max_workers == 0) {
    return absl::InvalidArgumentError(
        "max_workers is 0: blocking handlers need at least one");
  }
  absl::Status status = app::CheckLog(options_.log);
  status.Update(app::CheckMetrics(options_.metrics));
  return status;
}

absl::Status App::Impl::StartAll() {
  if (absl::Status failed = Plan(); !failed.ok()) return failed;
  for (const auto& server : servers_) {
    if (!Autostarts(*server)) continue;
    if (absl::Status failed = server->Start(); !failed.ok()) return failed;
  }
  std::lock_guard lock(mutex_);
  std::vector<app::ServedMount> served;
  for (size_t i = 0; i < mounts_.size(); ++i) {
    served.push_back({mounts_[i], server_of_[i]->port()});
  }
  return http_.Start(std::move(served));
}

bool App::Impl::Autostarts(const app::Serving& server) const {
  const std::vector<size_t>& mounts = server.plan().mounts;
  return std::all_of(mounts.begin(), mounts.end(), [this](size_t mount) {
    return mounts_[mount].options.autostart;
  });
}

// Which servers there are to be, unless that is known.
absl::Status App::Impl::Plan() {
  std::lock_guard lock(mutex_);
  if (!late_mount_.ok()) return late_mount_;
  const bool planned = !servers_.empty() && server_of_.size() == mounts_.size();
  if (planned || (mounts_.empty() && !attached_.empty())) {
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<app::PlannedServer>> plan =
      app::PlanServers(mounts_);
  if (!plan.ok()) return plan.status();
  servers_.clear();
  server_of_.resize(mounts_.size());
  for (app::PlannedServer& planned : *plan) {
    engine::ServerConfig config = EngineConfig();
    for (const size_t mount : planned.mounts) {
      config.mounts.push_back(
          {mounts_[mount].mount, mounts_[mount].options.observability});
    }
    auto server =
        std::make_shared<app::Serving>(std::move(planned), std::move(config));
    for (const size_t mount : server->plan().mounts) server_of_[mount] = server;
    servers_.push_back(std::move(server));
  }
  return absl::OkStatus();
}

engine::ServerConfig App::Impl::EngineConfig() const {
  return {
      .app = &app_,
      .logger = logger_,
      .metrics = metrics_,
      .log_writer = log_writer_,
      .log = options_.log,
      .request_id = options_.request_id,
      .workers = workers_,
      .watch = watch_,
      .event_threads = options_.event_threads != 0
                           ? options_.event_threads
                           : engine::DefaultEventThreads(),
      .configure = {},
      .mounts = {}};
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

// Single mounts.

absl::Status App::Impl::StartMount(size_t mount) {
  OperationLock operation(*this);
  if (!operation.status().ok()) return operation.status();
  absl::Status status = CheckOptions();
  if (status.ok()) status = Plan();
  return status.ok() ? server_of_[mount]->Start() : status;
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

// The end.

void App::Impl::Wait() {
  pollfd waited{.fd = wake_, .events = POLLIN, .revents = 0};
  while (poll(&waited, 1, -1) < 0) {
  }
}

void App::Impl::Wake() {
  const uint64_t one = 1;
  [[maybe_unused]] ssize_t written = write(wake_, &one, sizeof(one));
}

// What woke Wait before has been heard.
void App::Impl::ForgetWake() {
  uint64_t count = 0;
  [[maybe_unused]] ssize_t taken = read(wake_, &count, sizeof(count));
}

absl::Status App::Impl::Shutdown(std::chrono::milliseconds grace) {
  Wake();
  OperationLock operation(*this);
  if (!operation.status().ok()) return operation.status();
  return End(grace);
}

absl::Status App::Impl::Drain() {
  Wake();
  OperationLock operation(*this);
  if (!operation.status().ok()) return operation.status();
  if (started_) {
    http_.SetState(app::State::kDraining);
    if (options_.drain_delay.count() > 0) {
      logger_->info(
          "draining: still serving for {} ms", options_.drain_delay.count());
      std::this_thread::sleep_for(options_.drain_delay);
    }
    TellStopping();
    for (const auto& server : servers_) server->CloseListeners();
    const auto until =
        std::chrono::steady_clock::now() + options_.max_connection_wait;
    for (const auto& server : servers_) server->WaitForConnections(until);
  }
  return End(options_.grace);
}

// With the operation's lock.
absl::Status App::Impl::End(std::chrono::milliseconds grace) {
  const bool started = std::exchange(started_, false);
  TellStopping();
  absl::Status stopped = StopAll(grace);
  return started ? app::Together({stopped, Hooks().Shutdown()}) : stopped;
}

void App::Impl::TellStopping() {
  std::unique_lock lock(mutex_);
  const std::stop_source stop = stop_;
  lock.unlock();
  stop.request_stop();
}

// All servers at the same time: the grace is for all of them together.
absl::Status App::Impl::StopAll(std::chrono::milliseconds grace) {
  http_.SetState(app::State::kDraining);
  std::unique_lock lock(mutex_);
  const auto attached = std::move(attached_);
  attached_.clear();
  lock.unlock();
  std::vector<absl::Status> results(servers_.size() + attached.size());
  {
    std::vector<std::jthread> stops;
    for (size_t i = 0; i < attached.size(); ++i) {
      stops.emplace_back(
          [&, i] { results[servers_.size() + i] = attached[i]->Stop(grace); });
    }
    for (size_t i = 0; i < servers_.size(); ++i) {
      if (!servers_[i]->running()) continue;
      stops.emplace_back([&, i] { results[i] = servers_[i]->Stop(grace); });
    }
  }
  http_.Stop();
  http_.SetState(app::State::kStarting);
  if (!log_writer_->Flush(std::chrono::seconds(1))) {
    results.push_back(absl::DeadlineExceededError(
        "the log could not be written within a second"));
  }
  return app::Together(results);
}

int App::Impl::Run() {
  if (options_.tune_process) TuneProcess();
  ForgetWake();
  app::SignalCatcher catcher(wake_);
  if (absl::Status status = Serve(); !status.ok()) {
    logger_->error("cannot start: {}", std::string(status.message()));
    logger_->flush();
    return 1;
  }
  Wait();
  logger_->info("stopping, with {} ms of grace", options_.grace.count());
  const absl::Status status = Drain();
  if (!status.ok()) logger_->error("{}", std::string(status.message()));
  logger_->info("stopped");
  logger_->flush();
  return status.ok() ? 0 : 1;
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

app::Lifecycle App::Impl::Hooks() const {
  std::lock_guard lock(mutex_);
  return hooks_;
}

}  // namespace hawkmount
