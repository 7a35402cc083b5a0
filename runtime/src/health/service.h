#ifndef HAWKMOUNT_SRC_HEALTH_SERVICE_H_
#define HAWKMOUNT_SRC_HEALTH_SERVICE_H_

#include <functional>
#include <memory>

#include "hawkmount/mount.h"
#include "health/board.h"

namespace hawkmount::health {

// grpc.health.v1.Health over a board. Any number of servers may serve it, each
// with the same mount, unobserved and exempt from caps. Outlives its calls.
class Service {
 public:
  // `readiness` runs the readiness checks, which may take a while, and tells
  // whether all passed. Null when there are none.
  Service(std::shared_ptr<Board> board, std::function<bool()> readiness);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  const Mount& mount() const;

 private:
  class Handler;

  std::unique_ptr<Handler> handler_;
};

}  // namespace hawkmount::health

#endif  // HAWKMOUNT_SRC_HEALTH_SERVICE_H_
