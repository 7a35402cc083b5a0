#ifndef HAWKMOUNT_APP_H_
#define HAWKMOUNT_APP_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "hawkmount/exceptions.h"
#include "hawkmount/finding.h"
#include "hawkmount/health.h"
#include "hawkmount/http.h"
#include "hawkmount/lifecycle.h"
#include "hawkmount/mount.h"
#include "hawkmount/mount_options.h"
#include "hawkmount/observability.h"
#include "hawkmount/plugin.h"

namespace grpc {
class Server;
class ServerBuilder;
class Service;
}  // namespace grpc

namespace prometheus {
class Collectable;
}  // namespace prometheus

namespace spdlog {
class logger;
}  // namespace spdlog

namespace hawkmount {

struct AppOptions {
  HttpOptions http{};

  // Threads that take calls and run coroutines, for each address that is
  // listened on. 0: half of the processors that this process may use.
  size_t event_threads = 0;

  // Threads for blocking handlers, at most; started when they are needed.
  size_t max_workers = 64;
  // Calls that may wait for a worker; more are refused with
  // RESOURCE_EXHAUSTED.
  size_t max_queue = 1000;

  // How long Run lets calls end, at the end of its drain, before it cancels
  // them.
  std::chrono::milliseconds grace{5000};
  // How long Run still serves after a signal, no longer ready, until those who
  // ask for readiness (a load balancer, Kubernetes) have sent callers
  // elsewhere.
  std::chrono::milliseconds drain_delay{0};
  // How long Run waits at most, taking no new connections, for those that there
  // are to reach their max_connection_age. It waits for them only if they have
  // one.
  std::chrono::milliseconds max_connection_wait{15000};

  // Where the app and its calls log. Null: lines to standard output. The
  // records of calls are written by a thread of the app's own, so that a sink
  // that blocks or fails never touches a call.
  std::shared_ptr<spdlog::logger> logger{};
  LogOptions log{};
  RequestIdOptions request_id{};
  // What becomes of exceptions of handlers.
  ExceptionPolicy exceptions{};
  // What the metrics are called, on /metrics and in MetricsText.
  MetricsOptions metrics{};

  // Whether Run calls TuneProcess.
  bool tune_process = true;

  // Whether memory that a flood of calls took and freed goes back to the system
  // soon after, which glibc would keep: malloc_trim, once the process is less
  // than half as busy as it was, every ten seconds at the most. Threads that
  // allocate may wait for it, 20 to 60 ms for 150 MiB. Other allocators are
  // left alone.
  bool trim_memory = true;
};

class MountHandle;

// The whole life of a server: mounts, start, calls, drain.
//
//   hawkmount::App app({.http = {.port = 9464}});
//   app.Mount(GreeterMount(greeter), {.port = 50051});
//   return app.Run();
//
// or, where main belongs to somebody else, Start and Shutdown. Handlers must
// outlive the app. Any thread may call, but hooks and plugins may not start or
// stop their own app. There may be several apps in a process, and an app may be
// started again after it was shut down.
class App {
 public:
  explicit App(AppOptions options = {});
  // Shuts down without grace if need be.
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Adds a mount to be served, while nothing is served yet. What is wrong with
  // it is told by Start.
  MountHandle& Mount(const hawkmount::Mount& mount, MountOptions options = {});

  // Adds a service that was written by hand over gRPC's own generated code,
  // blocking or with callbacks, to be served like a mount: the ports, TLS,
  // health under its full name, and the drain are the app's. Its calls are not
  // counted, nor logged, and caps, timeouts and workers do not hold for them.
  // It lives as long as its calls.
  MountHandle& Add(
      std::string name,
      std::unique_ptr<grpc::Service> service,
      MountOptions options = {});

  // Adds a mount to be served in a server of your own, which is built with
  // `builder` after this and shut down by you, before the app. The app observes
  // its calls and sees to nothing else: not to calls of methods that the server
  // does not have, nor to caps or ports.
  void Register(const hawkmount::Mount& mount, grpc::ServerBuilder& builder);

  // What is to be done at the start, in this order, before anything listens;
  // and at the end, in reverse order, when all servers have stopped. After a
  // start that failed, the shutdown hooks run as well: all of them, or those
  // that were registered before the start hook that failed. A hook that throws
  // has failed. `name` is for the errors.
  void OnStart(std::string name, std::function<absl::Status()> hook);
  void OnShutdown(std::string name, std::function<absl::Status()> hook);
  // All hooks of a part of the program, as if they were registered here.
  void Use(Lifecycle hooks);

  // Adds a plugin, best before the start: one that comes later hears of
  // exceptions at once and of the life of the app from the next start on.
  // `name` is for errors and logs. The app keeps it, and so do calls that a
  // shutdown left behind; you may, too.
  void Use(std::string name, std::shared_ptr<Plugin> plugin);

  // Keeps one value of each type for handlers, which find it through
  // context.app(). Set before the start, or as a start hook; it goes with the
  // app, after all that uses it.
  template <class T>
  void Set(std::shared_ptr<T> value) {
    SetValue(typeid(T), std::move(value));
  }
  // Null when there is none.
  template <class T>
  std::shared_ptr<T> Get() const {
    return std::static_pointer_cast<T>(Value(typeid(T)));
  }

#ifdef __cpp_exceptions
  // Says what an E means, or what derives from it, when it leaves a handler:
  //
  //   app.MapException<NoSuchRow>([](const NoSuchRow& error) {
  //     return absl::NotFoundError(error.table());
  //   });
  //
  // Of all mappings, the first that was added for a type of the exception's
  // counts. `map` may take the call's Context& as well, to add to its trailers.
  // It runs where the handler ran, for several calls at a time. When it throws
  // or returns OK, the exception is as one that nobody knows. A StatusError
  // needs no mapping, and gets none. Before the start; a mapping that is added
  // later holds for what is thrown later.
  template <class E, class Map>
  void MapException(Map map) {
    static_assert(
        std::is_same_v<E, std::remove_cv_t<std::remove_reference_t<E>>>,
        "MapException takes the type of the exception, not a reference to it");
    static_assert(
        !std::is_base_of_v<StatusError, E>,
        "a StatusError is a status already: it needs no mapping");
    static_assert(
        std::is_invocable_r_v<absl::Status, const Map&, const E&> ||
            std::is_invocable_r_v<absl::Status, const Map&, const E&, Context&>,
        "the function for MapException takes a const E&, and maybe a "
        "hawkmount::Context&, and returns an absl::Status");
    AddMapping(codegen::MakeExceptionMapping<E>(std::move(map)));
  }
#endif

  // Adds a route of your own to the HTTP port, before the start: `path`
  // exactly, as in "/orders". HEAD is answered by the route for GET. What is
  // wrong with it, as a path that is taken, is told by Start.
  void AddRoute(
      const std::string& method, const std::string& path, HttpHandler handler);

  // Adds a check that /readyz runs each time it is asked, before the start. It
  // runs on a thread of its own, once at a time, beside the others; one that
  // has not returned after `timeout` counts as failed. What its status says is
  // shown to whoever asks. What is wrong with it is told by Start.
  void AddReadinessCheck(
      const std::string& name,
      std::function<absl::Status()> check,
      std::chrono::milliseconds timeout = std::chrono::seconds(1));

  // What there is to say about the configuration, without starting anything.
  std::vector<Finding> Check() const;

  // Runs the start hooks, listens and serves. After an error nothing is left
  // running. Does nothing when it serves already.
  absl::Status Start();

  // Waits until Shutdown is called or, inside Run, a signal arrives.
  void Wait();

  // Takes no new calls, gives those in flight `grace` to end, cancels the rest,
  // and runs the shutdown hooks. Without calls in flight it ends at once:
  // within half a second even where clients keep their connections. The calls
  // of services by hand are not known, and such clients then take all of
  // `grace`. DEADLINE_EXCEEDED, naming the calls, when handlers have not ended
  // within a second after that; they are then left behind. Does nothing when
  // not started.
  absl::Status Shutdown(std::chrono::milliseconds grace);

  // The end that loses no call, if the options leave it the time: not ready any
  // more, but serving, for drain_delay; then no new connections, while those
  // that there are reach their age; then Shutdown with the app's grace.
  absl::Status Drain();

  // Start, Wait for SIGTERM, SIGINT or SIGQUIT, Drain. Logs what goes wrong.
  // Returns main's exit code: 0, or 1 when it could not start or not end in
  // time. A second signal ends the process at once.
  int Run();

  // Says that the app is about to end and takes no new connections: a handler
  // that would go on for long should come to its end. Blocking handlers can
  // wait with it, coroutines with UntilStop. Each start has its own.
  std::stop_token stopping() const;

  // The port of the HTTP server, or -1.
  int http_port() const;

  spdlog::logger& logger() const;

  // What grpc.health.v1, which every server has, says of the app.
  Health health() const;

  // All metrics, as /metrics shows them.
  std::string MetricsText() const;

  // The app's metrics, without MetricsOptions::others, for a
  // prometheus::Exposer of yours. Any thread. It may outlive the app, and has
  // nothing from then on. An exposer keeps no ownership: you do.
  std::shared_ptr<prometheus::Collectable> Collectable() const;

 private:
  friend class MountHandle;
  class Impl;

  void AddMapping(codegen::ExceptionMapping mapping);
  void SetValue(std::type_index type, std::shared_ptr<void> value);
  std::shared_ptr<void> Value(std::type_index type) const;

  std::unique_ptr<Impl> impl_;
};

// A mount in its app. Lives as long as the app. Any thread.
class MountHandle {
 public:
  // Of the server of this mount, which it may share with others: they start and
  // stop together. Start hooks and the HTTP port belong to App::Start. Nothing
  // happens to a server that runs, or does not, already.
  absl::Status Start();
  absl::Status Stop(
      std::chrono::milliseconds grace = std::chrono::milliseconds(5000));

  // The port that is listened on; while nothing is, the one that was asked for.
  int port() const;

  // The port for probes that MountOptions::health_port asked for, once it is
  // listened on; else -1.
  int health_port() const;

  // gRPC's server, until Stop; null when it does not run.
  grpc::Server* server() const;

  // For App.
  MountHandle(App::Impl& app, size_t mount);
  MountHandle(const MountHandle&) = delete;
  MountHandle& operator=(const MountHandle&) = delete;

 private:
  App::Impl& app_;
  const size_t mount_;
};

// Turns off abseil's check for deadlocks among gRPC's own mutexes, which Debian
// builds with it: it costs 7 to 13 % of a call's instructions. For the whole
// process. Call it before anything of gRPC starts.
void TuneProcess();

}  // namespace hawkmount

#endif  // HAWKMOUNT_APP_H_
