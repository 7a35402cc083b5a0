#ifndef HAWKMOUNT_APP_HTTP_SIDE_H_
#define HAWKMOUNT_APP_HTTP_SIDE_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "app/readiness.h"
#include "app/status_json.h"
#include "app/status_page.h"
#include "hawkmount/app.h"
#include "hawkmount/http.h"
#include "http/http_server.h"
#include "http/routes.h"

namespace hawkmount::app {

// All that an app serves over HTTP: its pages and the user's routes. Routes and
// checks are added before the start; what is wrong with them is told by Start.
// One caller at a time, but for SetState and port.
class HttpSide {
 public:
  HttpSide(
      const AppOptions& options,
      Sources sources,
      std::shared_ptr<spdlog::logger> logger);

  void AddRoute(
      const std::string& method, const std::string& path, HttpHandler handler);
  void AddReadinessCheck(
      const std::string& name,
      std::function<absl::Status()> check,
      std::chrono::milliseconds timeout);

  // Any thread, after the start.
  bool has_checks() const { return !readiness_.empty(); }
  bool ChecksPass();

  // Listens, if a port is asked for.
  absl::Status Start(std::vector<ServedMount> mounts);
  void Stop();

  // What /readyz tells.
  void SetState(State state) { state_ = state; }

  // -1: it does not listen.
  int port() const { return port_; }

 private:
  absl::Status AddPages();
  HttpResponse Ready();
  // Keeps the first error, for Start.
  void Note(const absl::Status& status);
  bool TooLate(const std::string& what);

  const AppOptions& options_;
  const Sources sources_;
  const std::shared_ptr<spdlog::logger> logger_;
  std::atomic<State> state_{State::kStarting};
  absl::Status wrong_;
  bool user_routes_ = false;
  http::Routes routes_;
  Readiness readiness_;
  StatusPage status_page_;
  std::unique_ptr<http::HttpServer> server_;
  std::atomic<int> port_{-1};
};

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_HTTP_SIDE_H_
