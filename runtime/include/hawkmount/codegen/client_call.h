#ifndef HAWKMOUNT_CODEGEN_CLIENT_CALL_H_
#define HAWKMOUNT_CODEGEN_CLIENT_CALL_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawkmount/client.h"
#include "hawkmount/method.h"

namespace hawkmount::codegen {

// Makes a unary call and waits for its end, hooks around it.
absl::Status CallUnary(
    const Channel& channel,
    const Method& method,
    const CallOptions& options,
    const google::protobuf::MessageLite& request,
    google::protobuf::MessageLite& response);

template <class Response>
absl::StatusOr<Response> CallUnary(
    const Channel& channel,
    const Method& method,
    const CallOptions& options,
    const google::protobuf::MessageLite& request) {
  Response response;
  absl::Status status = CallUnary(channel, method, options, request, response);
  if (!status.ok()) return status;
  return response;
}

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_CLIENT_CALL_H_
