#include "answers.h"

#include <string>

namespace interop {
namespace {

constexpr char kInitialKey[] = "x-grpc-test-echo-initial";
constexpr char kTrailingKey[] = "x-grpc-test-echo-trailing-bin";

}  // namespace

absl::Status EchoMetadata(hawkmount::Context& context) {
  if (const auto value = context.metadata().Find(kInitialKey)) {
    absl::Status added = context.AddInitialMetadata(kInitialKey, *value);
    if (!added.ok()) return added;
  }
  if (const auto value = context.metadata().Find(kTrailingKey)) {
    return context.AddTrailingMetadata(kTrailingKey, *value);
  }
  return absl::OkStatus();
}

absl::Status AskedStatus(const grpc::testing::EchoStatus& asked) {
  return absl::Status(
      static_cast<absl::StatusCode>(asked.code()), asked.message());
}

absl::Status AnswerUnary(
    hawkmount::Context& context,
    const grpc::testing::SimpleRequest& request,
    grpc::testing::SimpleResponse& response) {
  absl::Status status = EchoMetadata(context);
  if (status.ok()) status = CheckCompression(context, request);
  if (status.ok() && request.has_response_status()) {
    status = AskedStatus(request.response_status());
  }
  if (!status.ok()) return status;
  if (request.response_size() < 0) {
    return absl::InvalidArgumentError("response_size is negative");
  }
  if (request.response_size() > 0) {
    response.mutable_payload()->set_body(
        std::string(request.response_size(), '\0'));
  }
  return absl::OkStatus();
}

void FillResponse(
    const grpc::testing::ResponseParameters& parameters,
    grpc::testing::StreamingOutputCallResponse& response) {
  response.mutable_payload()->mutable_body()->assign(
      parameters.size() > 0 ? parameters.size() : 0, '\0');
}

}  // namespace interop
