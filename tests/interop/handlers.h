#ifndef HAWKMOUNT_TESTS_INTEROP_HANDLERS_H_
#define HAWKMOUNT_TESTS_INTEROP_HANDLERS_H_

#include "grpc/testing/test.hawkmount.pb.h"

namespace interop {

using grpc::testing::Empty;
using grpc::testing::SimpleRequest;
using grpc::testing::SimpleResponse;
using grpc::testing::StreamingInputCallRequest;
using grpc::testing::StreamingInputCallResponse;
using grpc::testing::StreamingOutputCallRequest;
using grpc::testing::StreamingOutputCallResponse;
using grpc::testing::TestServiceHandler;

// gRPC's interop test service, in blocking style.
class BlockingTest final : public TestServiceHandler {
 public:
  absl::Status EmptyCall(EmptyCallContext&, const Empty&, Empty&) override;
  absl::Status UnaryCall(
      UnaryCallContext& context,
      const SimpleRequest& request,
      SimpleResponse& response) override;
  absl::Status CacheableUnaryCall(
      CacheableUnaryCallContext& context,
      const SimpleRequest& request,
      SimpleResponse& response) override;
  absl::Status StreamingOutputCall(
      StreamingOutputCallContext& context,
      const StreamingOutputCallRequest& request,
      StreamingOutputCallStream& stream) override;
  absl::Status StreamingInputCall(
      StreamingInputCallContext& context,
      StreamingInputCallStream& stream,
      StreamingInputCallResponse& response) override;
  absl::Status FullDuplexCall(
      FullDuplexCallContext& context, FullDuplexCallStream& stream) override;
  absl::Status HalfDuplexCall(
      HalfDuplexCallContext& context, HalfDuplexCallStream& stream) override;
};

// Its streams as coroutines.
class CoroutineStreams : public TestServiceHandler {
 public:
  hawkmount::Task StreamingOutputCallAsync(
      StreamingOutputCallContext& context,
      const StreamingOutputCallRequest& request,
      StreamingOutputCallAsyncStream& stream) override;
  hawkmount::Task StreamingInputCallAsync(
      StreamingInputCallContext& context,
      StreamingInputCallAsyncStream& stream,
      StreamingInputCallResponse& response) override;
  hawkmount::Task FullDuplexCallAsync(
      FullDuplexCallContext& context,
      FullDuplexCallAsyncStream& stream) override;
  hawkmount::Task HalfDuplexCallAsync(
      HalfDuplexCallContext& context,
      HalfDuplexCallAsyncStream& stream) override;
};

// All of it as coroutines.
class CoroutineTest final : public CoroutineStreams {
 public:
  hawkmount::Task EmptyCallAsync(
      EmptyCallContext&, const Empty&, Empty&) override;
  hawkmount::Task UnaryCallAsync(
      UnaryCallContext& context,
      const SimpleRequest& request,
      SimpleResponse& response) override;
  hawkmount::Task CacheableUnaryCallAsync(
      CacheableUnaryCallContext& context,
      const SimpleRequest& request,
      SimpleResponse& response) override;
};

// Streams as coroutines, the rest blocking.
class MixedTest final : public CoroutineStreams {
 public:
  absl::Status EmptyCall(EmptyCallContext&, const Empty&, Empty&) override;
  absl::Status UnaryCall(
      UnaryCallContext& context,
      const SimpleRequest& request,
      SimpleResponse& response) override;
  absl::Status CacheableUnaryCall(
      CacheableUnaryCallContext& context,
      const SimpleRequest& request,
      SimpleResponse& response) override;
};

// The service that no server implements.
class UnimplementedTest final
    : public grpc::testing::UnimplementedServiceHandler {};

}  // namespace interop

#endif  // HAWKMOUNT_TESTS_INTEROP_HANDLERS_H_
