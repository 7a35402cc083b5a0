#ifndef HAWKMOUNT_TESTS_INTEROP_ANSWERS_H_
#define HAWKMOUNT_TESTS_INTEROP_ANSWERS_H_

// What the interop test service answers, apart from how it is served.

#include "absl/status/status.h"
#include "grpc/testing/messages.pb.h"
#include "hawkmount/context.h"

namespace interop {

// Echoes the metadata that gRPC's interop document asks to be echoed.
absl::Status EchoMetadata(hawkmount::Context& context);

// The status that a request asks to be answered with; OK if it asks for none.
absl::Status AskedStatus(const grpc::testing::EchoStatus& asked);

// INVALID_ARGUMENT if the message received last did not come as expected.
template <class Request>
absl::Status CheckCompression(
    const hawkmount::Context& context, const Request& request) {
  if (request.expect_compressed().value() && !context.request_compressed()) {
    return absl::InvalidArgumentError("the message came uncompressed");
  }
  return absl::OkStatus();
}

absl::Status AnswerUnary(
    hawkmount::Context& context,
    const grpc::testing::SimpleRequest& request,
    grpc::testing::SimpleResponse& response);

// One response of a stream.
void FillResponse(
    const grpc::testing::ResponseParameters& parameters,
    grpc::testing::StreamingOutputCallResponse& response);

}  // namespace interop

#endif  // HAWKMOUNT_TESTS_INTEROP_ANSWERS_H_
