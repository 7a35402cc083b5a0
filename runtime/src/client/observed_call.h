#ifndef HAWKMOUNT_CLIENT_OBSERVED_CALL_H_
#define HAWKMOUNT_CLIENT_OBSERVED_CALL_H_

#include <chrono>
#include <string>

#include "absl/status/status.h"
#include "hawkmount/client.h"
#include "hawkmount/codegen/cells.h"
#include "hawkmount/method.h"

namespace hawkmount::client {

// The hooks around one call of a client: counts and logs its start when it is
// made, its end when Finish is told of it, CANCELLED if it never is.
class ObservedCall {
 public:
  ObservedCall(
      const Channel& channel,
      const Method& method,
      const std::string& request_id);
  ~ObservedCall();
  ObservedCall(const ObservedCall&) = delete;
  ObservedCall& operator=(const ObservedCall&) = delete;

  void Received() { cells_.received.AddShared(); }
  void Sent() { cells_.sent.AddShared(); }
  void Finish(const absl::Status& status);
  const std::string& request_id() const { return request_id_; }

 private:
  const Channel channel_;
  const Method& method_;
  const std::string request_id_;
  codegen::MethodCells& cells_;
  const std::chrono::steady_clock::time_point start_;
  bool finished_ = false;
};

}  // namespace hawkmount::client

#endif  // HAWKMOUNT_CLIENT_OBSERVED_CALL_H_
