#ifndef HAWKMOUNT_APP_SERVING_H_
#define HAWKMOUNT_APP_SERVING_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "app/plan.h"
#include "engine/server.h"

namespace hawkmount::app {

// One server of an app, from start to stop and again. Start, CloseListeners and
// Stop: one caller at a time; the rest any thread.
class Serving {
 public:
  // `config` lacks what the plan says.
  Serving(PlannedServer plan, engine::ServerConfig config);
  // Stops without grace.
  ~Serving();
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

  // Does nothing when it runs.
  absl::Status Start();
  // Takes no new connections.
  void CloseListeners();
  // Waits until connections that have a max_connection_age have reached it, or
  // there is none any more.
  void WaitForConnections(std::chrono::steady_clock::time_point until);
  // As engine::Server's; does nothing when it does not run.
  absl::Status Stop(std::chrono::nanoseconds grace);

  const PlannedServer& plan() const { return plan_; }
  bool running() const { return grpc_server_ != nullptr; }
  // -1: it does not run.
  int port() const { return port_; }
  // Null: it does not run.
  grpc::Server* grpc_server() const { return grpc_server_; }

 private:
  const PlannedServer plan_;
  const engine::ServerConfig config_;
  std::shared_ptr<engine::Server> server_;
  std::atomic<int> port_{-1};
  std::atomic<grpc::Server*> grpc_server_{nullptr};
};

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_SERVING_H_
