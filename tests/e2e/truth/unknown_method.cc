#include "unknown_method.h"

#include <grpcpp/client_context.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/rpc_method.h>

#include "greeter.pb.h"

namespace truth {

absl::Status CallUnknownMethod(
    const hawkmount::Channel& channel,
    const std::string& request_id,
    std::chrono::nanoseconds timeout) {
  using acme::greeter::v1::SayHelloRequest;
  using acme::greeter::v1::SayHelloResponse;
  const grpc::internal::RpcMethod method(
      "/acme.greeter.v1.Greeter/Nope", grpc::internal::RpcMethod::NORMAL_RPC);
  grpc::ClientContext context;
  context.AddMetadata("x-request-id", request_id);
  context.set_deadline(
      std::chrono::system_clock::now() +
      std::chrono::duration_cast<std::chrono::microseconds>(timeout));
  SayHelloResponse response;
  const grpc::Status status = grpc::internal::BlockingUnaryCall(
      channel.grpc_channel().get(),
      method,
      &context,
      SayHelloRequest(),
      &response);
  return absl::Status(
      static_cast<absl::StatusCode>(status.error_code()),
      status.error_message());
}

}  // namespace truth
