#include "hawkmount/app.h"

#include <absl/synchronization/mutex.h>
#include <grpcpp/grpcpp.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/http_side.h"
#include "app/metrics_page.h"
#include "app/plan.h"
#include "app/signals.h"
#include "engine/server.h"
#include "observe/console_sink.h"
#include "observe/metrics.h"

namespace hawkmount {

class App::Impl {
 public:
  Impl(App& app, AppOptions options)
      : app_(app),
        options_(std::move(options)),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        logger_(
            options_.logger != nullptr
                ? options_.logger
                : observe::MakeConsoleLogger(options_.log.format)),
        log_writer_(std::make_shared<observe::LogWriter>(
            logger_, options_.log.format, recent_)),
        metrics_(std::make_shared<observe::Metrics>(observe::Side::kServer)),
        workers_(std::make_shared<engine::Workers>(
            options_.max_workers, options_.max_queue)),
        http_(options_, PageSources(), logger_) {}

  ~Impl() {
    Shutdown(std::chrono::milliseconds(0)).IgnoreError();
    close(wake_);
  }

  MountHandle& Mount(const hawkmount::Mount& mount, MountOptions options) {
    std::lock_guard lock(mutex_);
    if (started_) {
      late_mount_ = absl::FailedPreconditionError(absl::StrCat(
          std::string(mount.service_name()),
          " was mounted after the app had started: mount before Start"));
      logger_->error("{}", std::string(late_mount_.message()));
    }
    handles_.push_back(MountHandle(options.port));
    mounts_.push_back({mount, std::move(options)});
    return handles_.back();
  }

  void AddRoute(
      const std::string& method, const std::string& path, HttpHandler handler) {
    std::lock_guard lock(mutex_);
    http_.AddRoute(method, path, std::move(handler));
  }

  void AddReadinessCheck(
      const std::string& name,
      std::function<absl::Status()> check,
      std::chrono::milliseconds timeout) {
    std::lock_guard lock(mutex_);
    http_.AddReadinessCheck(name, std::move(check), timeout);
  }

  absl::Status Start() {
    ForgetWake();
    return Serve();
  }

  absl::Status Serve() {
    std::lock_guard lock(mutex_);
    if (started_) return absl::OkStatus();
    if (options_.max_workers == 0) {
      return absl::InvalidArgumentError(
          "max_workers is 0: blocking handlers need at least one");
    }
    if (!late_mount_.ok()) return late_mount_;
    if (absl::Status log = app::CheckLog(options_.log); !log.ok()) return log;
    if (absl::Status metrics = app::CheckMetrics(options_.metrics);
        !metrics.ok()) {
      return metrics;
    }
    absl::StatusOr<std::vector<app::PlannedServer>> plan =
        app::PlanServers(mounts_);
    if (!plan.ok()) return plan.status();
    absl::Status status = absl::OkStatus();
    for (const app::PlannedServer& planned : *plan) {
      status = StartServer(planned);
      if (!status.ok()) break;
    }
    if (status.ok()) status = StartHttp();
    if (!status.ok()) {
      Stop(std::chrono::milliseconds(0)).IgnoreError();
      return status;
    }
    started_ = true;
    http_.SetState(app::State::kServing);
    TellUnimplemented();
    return absl::OkStatus();
  }

  void Wait() {
    pollfd waited{.fd = wake_, .events = POLLIN, .revents = 0};
    while (poll(&waited, 1, -1) < 0) {
    }
  }

  absl::Status Shutdown(std::chrono::milliseconds grace) {
    std::lock_guard lock(mutex_);
    const uint64_t one = 1;
    [[maybe_unused]] ssize_t written = write(wake_, &one, sizeof(one));
    started_ = false;
    return Stop(grace);
  }

  int Run() {
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
    const absl::Status status = Shutdown(options_.grace);
    if (!status.ok()) logger_->error("{}", std::string(status.message()));
    logger_->info("stopped");
    logger_->flush();
    return status.ok() ? 0 : 1;
  }

  int http_port() const { return http_.port(); }
  spdlog::logger& logger() const { return *logger_; }

  std::string MetricsText() {
    return exposition_.Write(MetricsPage(), observe::TextFormat::kPrometheus);
  }

 private:
  // What woke Wait before has been heard.
  void ForgetWake() {
    uint64_t count = 0;
    [[maybe_unused]] ssize_t taken = read(wake_, &count, sizeof(count));
  }

  absl::Status StartServer(const app::PlannedServer& planned) {
    engine::ServerConfig config{
        .app = &app_,
        .logger = logger_,
        .metrics = metrics_,
        .log_writer = log_writer_,
        .log = options_.log,
        .request_id = options_.request_id,
        .workers = workers_,
        .event_threads = options_.event_threads != 0
                             ? options_.event_threads
                             : engine::DefaultEventThreads(),
        .address = planned.address,
        .mounts = {}};
    for (const size_t index : planned.mounts) {
      config.mounts.push_back(
          {&mounts_[index].mount, mounts_[index].options.observability});
    }
    absl::StatusOr<std::shared_ptr<engine::Server>> server =
        engine::Server::Start(config);
    if (!server.ok()) return server.status();
    for (const size_t index : planned.mounts) {
      handles_[index].port_ = (*server)->port();
    }
    servers_.push_back(*std::move(server));
    logger_->info(
        "serving on {}, port {}", planned.address, servers_.back()->port());
    return absl::OkStatus();
  }

  app::Sources PageSources() {
    return {
        .metrics =
            [this](const HttpRequest& request) {
              return app::MetricsResponse(exposition_, MetricsPage(), request);
            },
        .methods = [this] { return metrics_->Read(); },
        .clients = [] { return observe::Metrics::Clients().Read(); },
        .engine = [this] { return Engine(); },
        .recent = recent_};
  }

  absl::Status StartHttp() {
    std::vector<app::ServedMount> served;
    for (size_t i = 0; i < mounts_.size(); ++i) {
      served.push_back({mounts_[i], handles_[i].port()});
    }
    return http_.Start(std::move(served));
  }

  // With all servers at the same time: the grace is for all of them together.
  absl::Status Stop(std::chrono::milliseconds grace) {
    http_.SetState(app::State::kDraining);
    std::vector<absl::Status> results(servers_.size());
    {
      std::vector<std::jthread> stops;
      for (size_t i = 0; i < servers_.size(); ++i) {
        stops.emplace_back([&, i] { results[i] = servers_[i]->Stop(grace); });
      }
    }
    servers_.clear();
    http_.Stop();
    http_.SetState(app::State::kStarting);
    if (!log_writer_->Flush(std::chrono::seconds(1))) {
      results.push_back(absl::DeadlineExceededError(
          "the log could not be written within a second"));
    }
    for (absl::Status& result : results) {
      if (!result.ok()) return result;
    }
    return absl::OkStatus();
  }

  void TellUnimplemented() const {
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

  observe::MetricsPage MetricsPage() const {
    return {
        .server = metrics_->Read(),
        .clients = observe::Metrics::Clients().Read(),
        .engine = Engine(),
        .version = HAWKMOUNT_VERSION,
        .grpc_version = grpc::Version()};
  }

  observe::EngineSnapshot Engine() const {
    const observe::LogWriter::Counts log = log_writer_->counts();
    return {
        .workers = workers_->threads(),
        .workers_queue_depth = workers_->queued(),
        .event_thread_lag = {},
        .log_records_dropped = log.dropped,
        .log_records_failed = log.failed,
        .log_records_written = log.written};
  }

  App& app_;
  const AppOptions options_;
  const int wake_;
  const std::shared_ptr<spdlog::logger> logger_;
  const std::shared_ptr<observe::RecentCalls> recent_ =
      std::make_shared<observe::RecentCalls>();
  const std::shared_ptr<observe::LogWriter> log_writer_;
  const std::shared_ptr<observe::Metrics> metrics_;
  observe::Exposition exposition_{
      options_.metrics.prefix, options_.metrics.views};
  const std::shared_ptr<engine::Workers> workers_;

  mutable std::mutex mutex_;
  bool started_ = false;
  absl::Status late_mount_;
  std::vector<app::PlannedMount> mounts_;
  std::deque<MountHandle> handles_;
  std::vector<std::shared_ptr<engine::Server>> servers_;
  app::HttpSide http_;
};

App::App(AppOptions options)
    : impl_(std::make_unique<Impl>(*this, std::move(options))) {}
App::~App() = default;

MountHandle& App::Mount(const hawkmount::Mount& mount, MountOptions options) {
  return impl_->Mount(mount, std::move(options));
}
void App::AddRoute(
    const std::string& method, const std::string& path, HttpHandler handler) {
  impl_->AddRoute(method, path, std::move(handler));
}
void App::AddReadinessCheck(
    const std::string& name,
    std::function<absl::Status()> check,
    std::chrono::milliseconds timeout) {
  impl_->AddReadinessCheck(name, std::move(check), timeout);
}
absl::Status App::Start() { return impl_->Start(); }
void App::Wait() { impl_->Wait(); }
absl::Status App::Shutdown(std::chrono::milliseconds grace) {
  return impl_->Shutdown(grace);
}
int App::Run() { return impl_->Run(); }
int App::http_port() const { return impl_->http_port(); }
spdlog::logger& App::logger() const { return impl_->logger(); }
std::string App::MetricsText() const { return impl_->MetricsText(); }

void TuneProcess() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace hawkmount
