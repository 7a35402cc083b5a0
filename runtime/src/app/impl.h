#ifndef HAWKMOUNT_APP_IMPL_H_
#define HAWKMOUNT_APP_IMPL_H_

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <typeindex>
#include <vector>

#include "absl/status/status.h"
#include "app/http_side.h"
#include "app/lifecycle.h"
#include "app/metrics_page.h"
#include "app/plan.h"
#include "app/plugins.h"
#include "app/serving.h"
#include "engine/exception_rules.h"
#include "engine/watch.h"
#include "hawkmount/app.h"
#include "hawkmount/lifecycle.h"
#include "health/service.h"
#include "observe/log_writer.h"
#include "observe/metrics.h"
#include "observe/page_collectable.h"
#include "observe/recent_calls.h"

namespace hawkmount {

// An app's parts, and what it does with them. Any thread, but for what is said
// below.
class App::Impl {
 public:
  Impl(App& app, AppOptions options);
  ~Impl();

  MountHandle& Mount(app::PlannedMount planned);
  void Register(const hawkmount::Mount& mount, grpc::ServerBuilder& builder);
  void OnStart(std::string name, Lifecycle::Hook hook);
  void OnShutdown(std::string name, Lifecycle::Hook hook);
  void Use(Lifecycle hooks);
  void Use(std::string name, std::shared_ptr<Plugin> plugin) {
    plugins_->Use(std::move(name), std::move(plugin));
  }
  void AddRoute(
      const std::string& method, const std::string& path, HttpHandler handler);
  void AddReadinessCheck(
      const std::string& name,
      std::function<absl::Status()> check,
      std::chrono::milliseconds timeout);

  void AddMapping(codegen::ExceptionMapping mapping) {
    exceptions_->Add(std::move(mapping));
  }

  std::vector<Finding> Check() const;
  absl::Status Start();
  void Wait();
  absl::Status Shutdown(std::chrono::milliseconds grace);
  absl::Status Drain();
  int Run();

  // Of the server of one mount.
  absl::Status StartMount(size_t mount);
  absl::Status StopMount(size_t mount, std::chrono::milliseconds grace);
  int MountPort(size_t mount) const;
  int ProbePort(size_t mount) const;
  grpc::Server* MountServer(size_t mount) const;

  std::stop_token stopping() const;
  void SetValue(std::type_index type, std::shared_ptr<void> value);
  std::shared_ptr<void> Value(std::type_index type) const;
  Health health() const { return Health(board_); }
  int http_port() const { return http_.port(); }
  spdlog::logger& logger() const { return *logger_; }
  std::string MetricsText();
  std::shared_ptr<prometheus::Collectable> collectable() const {
    return collectable_;
  }

 private:
  // A start or a stop: they wait for each other. Refused to hooks, which are in
  // the middle of one.
  class OperationLock {
   public:
    explicit OperationLock(Impl& app);
    ~OperationLock();
    OperationLock(const OperationLock&) = delete;
    OperationLock& operator=(const OperationLock&) = delete;
    const absl::Status& status() const { return status_; }

   private:
    Impl& app_;
    absl::Status status_;
  };

  absl::Status Serve();
  // Inside an operation.
  absl::Status CheckOptions() const;
  bool HasBlockingHandlers() const;
  absl::Status Plan();
  absl::Status StartAll();
  absl::Status StopAll(std::chrono::milliseconds grace);
  absl::Status End(std::chrono::milliseconds grace);
  std::shared_ptr<app::Serving> AddServer(app::PlannedServer planned);
  void TellHealth();

  void TellStopping();
  void TellUnimplemented() const;
  Lifecycle Hooks() const;
  // With mutex_ held.
  bool AnyRuns() const;
  void ForgetWake();
  void Wake();
  engine::ServerConfig EngineConfig() const;
  app::Sources PageSources();
  std::vector<app::ServerStatus> Servers() const;
  observe::MetricsPage MetricsPage() const;
  // Where mounts are counted apart.
  std::set<std::shared_ptr<MetricsRegistry>> Registries() const;
  // Also those that are counted apart.
  std::vector<observe::MethodSnapshot> AllMethods() const;
  observe::EngineSnapshot Engine() const;
  std::shared_ptr<app::Serving> ServingOf(size_t mount) const;

  App& app_;
  const AppOptions options_;
  const int wake_;
  const std::shared_ptr<spdlog::logger> logger_;
  const std::shared_ptr<observe::RecentCalls> recent_;
  const std::shared_ptr<observe::Exemplars> exemplars_;  // null: not wanted
  const std::shared_ptr<observe::LogWriter> log_writer_;
  const std::shared_ptr<observe::Metrics> metrics_;
  observe::Exposition exposition_;
  const std::shared_ptr<engine::Workers> workers_;
  const std::shared_ptr<engine::Watch> watch_;
  const std::shared_ptr<engine::ExceptionRules> exceptions_;
  const std::shared_ptr<health::Board> board_;
  const std::shared_ptr<app::Plugins> plugins_;
  const std::shared_ptr<observe::PageCollectable> collectable_;

  // The status page is made in the middle of a start.
  mutable std::mutex registries_mutex_;
  std::set<std::shared_ptr<MetricsRegistry>> registries_;

  std::mutex operation_;
  std::atomic<std::thread::id> operator_;  // who holds it
  bool started_ = false;
  app::HttpSide http_;
  std::unique_ptr<health::Service> health_;  // from the first start on

  // What others read meanwhile.
  mutable std::mutex mutex_;
  absl::Status wrong_mount_;
  std::stop_source stop_;
  std::vector<app::PlannedMount> mounts_;
  std::deque<MountHandle> handles_;
  Lifecycle hooks_;
  // Changed inside an operation, too.
  std::vector<std::shared_ptr<app::Serving>> servers_;
  std::vector<std::shared_ptr<app::Serving>> server_of_;  // by mount
  std::map<const app::Serving*, std::shared_ptr<app::Serving>> probes_of_;
  std::vector<std::shared_ptr<engine::Server>> attached_;
  std::map<std::type_index, std::shared_ptr<void>> values_;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_APP_IMPL_H_
