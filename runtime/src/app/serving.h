#ifndef HAWKMOUNT_APP_SERVING_H_
#define HAWKMOUNT_APP_SERVING_H_

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "app/plan.h"
#include "app/status_json.h"
#include "engine/server.h"
#include "listen/listener.h"
#include "observe/snapshot.h"
#include "reflection/service.h"
#include "tls/keeper.h"

namespace hawkmount::app {

// One server of an app, from start to stop and again. Start, CloseListeners,
// WaitForConnections and Stop: one caller at a time; the rest any thread.
class Serving {
 public:
  // `config` lacks what the plan says. `shown` are the mounts that reflection
  // shows; without any there is none.
  Serving(
      PlannedServer plan,
      engine::ServerConfig config,
      const std::vector<const Mount*>& shown);
  // Stops without grace.
  ~Serving();
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

  // Does nothing when it runs. An error names the address or the file.
  absl::Status Start();
  // Takes no new connections.
  void CloseListeners();
  // Waits until the connections, which are of `since` at the latest, have
  // reached their max_connection_age, if they have one, or there is none any
  // more; at most until then.
  void WaitForConnections(
      std::chrono::steady_clock::time_point since,
      std::chrono::steady_clock::time_point until);
  // As engine::Server's; does nothing when it does not run.
  absl::Status Stop(std::chrono::nanoseconds grace);

  // What ran, for somebody else to stop; it goes when it has stopped.
  struct Ending {
    std::unique_ptr<tls::TlsKeeper> tls;
    std::shared_ptr<listen::Listener> listener;
    std::shared_ptr<engine::Server> server;  // null: it did not run
  };
  // Takes no new connections, and runs no more. The rest of Stop is to stop
  // what this returns.
  Ending BeginStop();

  const PlannedServer& plan() const { return plan_; }
  bool running() const;
  // The first TCP port that is listened on; 0: there are only socket files; -1:
  // it does not run.
  int port() const;
  // Null: it does not run.
  grpc::Server* grpc_server() const;
  observe::ServerSnapshot Snapshot() const;
  // All but the services.
  ServerStatus Status() const;

 private:
  absl::StatusOr<std::shared_ptr<engine::Server>> Build(
      std::shared_ptr<grpc::ServerCredentials> credentials,
      listen::Listener& listener);

  const PlannedServer plan_;
  std::unique_ptr<reflection::Service> reflection_;
  engine::ServerConfig config_;

  mutable std::mutex mutex_;  // of the four below
  std::shared_ptr<engine::Server> server_;
  std::unique_ptr<tls::TlsKeeper> tls_;
  std::shared_ptr<listen::Listener> listener_;
  observe::ServerSnapshot past_;  // what listeners before it counted
};

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_SERVING_H_
