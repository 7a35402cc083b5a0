#ifndef HAWKMOUNT_HEALTH_H_
#define HAWKMOUNT_HEALTH_H_

#include <memory>
#include <string_view>
#include <utility>

namespace hawkmount {

namespace health {
class Board;
}  // namespace health

// The service of grpc.health.v1 that a liveness probe may ask for: it serves as
// long as the process answers, also through a drain and when a readiness check
// fails.
inline constexpr std::string_view kLiveService = "hawkmount.live";

// What grpc.health.v1 says of the app. A service serves if nobody said
// otherwise here, the readiness checks pass, and the app is not draining; the
// same holds for the app as a whole, which is the service "". Any thread.
class Health {
 public:
  explicit Health(std::shared_ptr<health::Board> board)
      : board_(std::move(board)) {}

  // Whether a service may serve. Its full name: that of a mount, "" or one of
  // your own, which is known from now on. Those who watch it hear of it. Does
  // nothing while the app drains.
  void SetServing(std::string_view service, bool serving);

  // Whether a service serves, as callers would be told; the readiness checks
  // count as they came out last. False for one that is not known.
  bool IsServing(std::string_view service) const;

 private:
  std::shared_ptr<health::Board> board_;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_HEALTH_H_
