#ifndef HAWKMOUNT_APP_H_
#define HAWKMOUNT_APP_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "hawkmount/http.h"
#include "hawkmount/mount.h"
#include "hawkmount/observability.h"

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

  // How long Run lets calls end after a signal, before it cancels them.
  std::chrono::milliseconds grace{5000};

  // Where the app and its calls log. Null: lines to standard output. The
  // records of calls are written by a thread of the app's own, so that a sink
  // that blocks or fails never touches a call.
  std::shared_ptr<spdlog::logger> logger{};
  LogOptions log{};
  RequestIdOptions request_id{};
  // What the metrics are called, on /metrics and in MetricsText.
  MetricsOptions metrics{};

  // Whether Run calls TuneProcess.
  bool tune_process = true;
};

// Where and how to serve a mount. Mounts with the same host and port share a
// server; mounts with port 0 never do.
struct MountOptions {
  std::string host = "[::]";
  // 0: a free port, which the handle tells.
  int port = 50051;
  // Whether the calls are counted and logged.
  bool observability = true;
};

// A mount in its app. Lives as long as the app.
class MountHandle {
 public:
  // The port that is listened on; before the start, the one that was asked
  // for.
  int port() const { return port_; }

 private:
  friend class App;
  explicit MountHandle(int port) : port_(port) {}

  int port_;
};

// The whole life of a server: mounts, start, calls, drain.
//
//   hawkmount::App app({.http = {.port = 9464}});
//   app.Mount(GreeterMount(greeter), {.port = 50051});
//   return app.Run();
//
// Handlers must outlive the app. Mount before the start; the rest may be
// called from any thread. There may be several apps in a process.
class App {
 public:
  explicit App(AppOptions options = {});
  // Shuts down without grace if need be.
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Adds a mount to be served. What is wrong with it is told by Start.
  MountHandle& Mount(const hawkmount::Mount& mount, MountOptions options = {});

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

  // Listens and serves. After an error nothing is left running.
  absl::Status Start();

  // Waits until Shutdown is called or, inside Run, a signal arrives.
  void Wait();

  // Takes no new calls, gives those in flight `grace` to end, cancels the rest.
  // DEADLINE_EXCEEDED, naming the calls, when handlers have not ended within a
  // second after that; they are then left behind. Does nothing when not
  // started.
  absl::Status Shutdown(std::chrono::milliseconds grace);

  // Start, Wait for SIGTERM or SIGINT, Shutdown with the app's grace. Logs what
  // goes wrong. Returns main's exit code: 0, or 1 when it could not start or
  // not end in time. A second signal ends the process at once.
  int Run();

  // The port of the HTTP server, or -1.
  int http_port() const;

  spdlog::logger& logger() const;

  // All metrics, as /metrics shows them.
  std::string MetricsText() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Turns off abseil's check for deadlocks among gRPC's own mutexes, which Debian
// builds with it: it costs 7 to 13 % of a call's instructions. For the whole
// process. Call it before anything of gRPC starts.
void TuneProcess();

}  // namespace hawkmount

#endif  // HAWKMOUNT_APP_H_
