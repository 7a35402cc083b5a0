#ifndef HAWKMOUNT_ENGINE_SERVER_H_
#define HAWKMOUNT_ENGINE_SERVER_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/exception_rules.h"
#include "engine/grpc_internals.h"
#include "engine/interceptor_list.h"
#include "engine/limit.h"
#include "engine/method_slot.h"
#include "engine/shard.h"
#include "engine/watch.h"
#include "engine/workers.h"
#include "hawkmount/mount.h"
#include "hawkmount/observability.h"
#include "observe/log_writer.h"
#include "observe/metrics.h"

namespace hawkmount::engine {

// What a server is to serve.
struct ServedMount {
  Mount mount;
  bool observed = true;
  // Its calls do not count as the server's: health, reflection.
  bool exempt = false;
  InterceptorList interceptors{};
  // Where its calls are counted. Null: with those of the server.
  std::shared_ptr<observe::Metrics> metrics{};
};

// A service that was written by hand; gRPC calls it itself.
struct AdoptedService {
  std::string name;
  std::shared_ptr<grpc::Service> service;
};

struct ServerConfig {
  App* app = nullptr;
  std::shared_ptr<spdlog::logger> logger;
  std::shared_ptr<observe::Metrics> metrics;
  std::shared_ptr<observe::LogWriter> log_writer;
  LogOptions log;
  RequestIdOptions request_id;
  std::shared_ptr<const ExceptionRules> exceptions =
      std::make_shared<const ExceptionRules>();
  std::shared_ptr<Workers> workers;
  std::shared_ptr<Watch> watch;
  size_t event_threads = 1;
  // Told of what flies out of handlers, on the thread that caught it, several
  // at a time. Null: nobody is.
  ExceptionHook on_exception;
  // Adds what the server is to listen on, and all its other options.
  std::function<void(grpc::ServerBuilder&)> configure;
  std::vector<ServedMount> mounts;
  std::vector<AdoptedService> adopted;
  // Whether `configure` may add services as well.
  bool foreign = false;
  // Calls whose handlers run at a time; 0: any number.
  size_t max_concurrent_rpcs = 0;
};

// A grpc::Server with the event threads that serve it, from its start to its
// stop. Stop may be called from any thread, once.
class Server : public std::enable_shared_from_this<Server> {
 public:
  // UNAVAILABLE when gRPC does not take the configuration, RESOURCE_EXHAUSTED
  // when there are no threads for it.
  static absl::StatusOr<std::shared_ptr<Server>> Start(
      const ServerConfig& config);
  // Serves in a server that somebody else builds with `builder`, and shuts
  // down: from its start on, without the calls of unknown methods.
  // RESOURCE_EXHAUSTED, the builder as it was, when there are no threads.
  static absl::StatusOr<std::shared_ptr<Server>> Attach(
      const ServerConfig& config, grpc::ServerBuilder& builder);
  ~Server();

  grpc::Server& server() { return *server_; }

  // Takes no new calls, gives those in flight `grace` to end, cancels the rest
  // and waits a little more for their handlers. DEADLINE_EXCEEDED, naming the
  // calls, when some of them are still not over: the server then stays behind
  // and frees itself when they are. FAILED_PRECONDITION for one that is
  // attached while its grpc::Server is not shut down; it stays behind
  // for good. Calls of services by hand are waited for, but not known one by
  // one.
  absl::Status Stop(std::chrono::nanoseconds grace);
  // Stops all of them, in the same grace. In the order of `servers`. Neither
  // needs a thread that is not there already.
  static std::vector<absl::Status> StopAll(
      const std::vector<std::shared_ptr<Server>>& servers,
      std::chrono::nanoseconds grace);

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit Server(const ServerConfig& config);

  absl::Status Build();
  absl::Status Prepare(grpc::ServerBuilder& builder);
  void AddMount(const ServedMount& served);
  void AddLog(
      const codegen::MethodEntry& entry, MethodSlot& slot, size_t shard);
  void Serve(grpc_server* core);
  void TakeUnknown(grpc_server* core);
  bool Attached() const { return server_ == nullptr; }
  // The parts of a stop.
  void BeginStop(TimePoint end);
  void CancelAll();
  absl::Status EndStop(TimePoint last, TimePoint goodbye);
  void CloseConnections(TimePoint goodbye);
  void ShutDown();  // what shutdown_ does
  void LeaveBehind();
  bool WaitUntilIdle(TimePoint until);
  bool Idle() const;
  bool HasForeign() const {
    return config_.foreign || !config_.adopted.empty();
  }
  void TearDown();
  void GiveBackCells();
  std::string DescribeCalls();
  std::string DescribeForeign() const;

  // A method under one of its paths.
  struct Registration {
    size_t index;                    // in service_
    std::vector<MethodSlot*> slots;  // a shard each
  };

  const ServerConfig config_;
  RegisteredService service_;
  grpc::AsyncGenericService unknown_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::shared_ptr<observe::LogRing>> log_rings_;  // a shard each
  std::vector<codegen::MethodCells*> unknown_cells_;          // the same
  Limit limit_;  // of all mounts that are not exempt
  std::deque<Limit> method_limits_;
  std::deque<InterceptedMethod> intercepted_;
  std::deque<MethodSlot> slots_;
  std::vector<Registration> registrations_;
  std::unique_ptr<grpc::Server> server_;
  // Waits from the start on for the stop, as there may be no thread to be had
  // by then.
  std::thread shutdown_;
  std::atomic<bool> serving_{false};

  std::mutex mutex_;  // of the rest
  std::condition_variable changed_;
  std::optional<TimePoint> stop_by_;  // from the stop on
  bool shut_down_ = false;            // gRPC's part
  bool over_ = false;                 // nothing is left for shutdown_ to do
  std::shared_ptr<Server> left_;      // itself, left behind
};

// How many event threads suit this process: half of the processors that it may
// use (its affinity and its control group considered), as the transport's own
// work and the kernel's need the rest; at least one. Measured best on two.
size_t DefaultEventThreads();

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_SERVER_H_
