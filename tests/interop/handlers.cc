#include "handlers.h"

#include <chrono>
#include <thread>
#include <vector>

#include "answers.h"
#include "hawkmount/await.h"

namespace interop {

using std::chrono::microseconds;

absl::Status BlockingTest::EmptyCall(EmptyCallContext&, const Empty&, Empty&) {
  return absl::OkStatus();
}

absl::Status BlockingTest::UnaryCall(
    UnaryCallContext& context,
    const SimpleRequest& request,
    SimpleResponse& response) {
  return AnswerUnary(context, request, response);
}

absl::Status BlockingTest::CacheableUnaryCall(
    CacheableUnaryCallContext& context,
    const SimpleRequest& request,
    SimpleResponse& response) {
  return AnswerUnary(context, request, response);
}

namespace {

template <class Stream>
absl::Status WriteAll(
    const StreamingOutputCallRequest& request, Stream& stream) {
  StreamingOutputCallResponse response;
  for (const auto& parameters : request.response_parameters()) {
    std::this_thread::sleep_for(microseconds(parameters.interval_us()));
    FillResponse(parameters, response);
    if (!stream.Write(response)) return absl::CancelledError();
  }
  return absl::OkStatus();
}

template <class Stream>
hawkmount::Task WriteAllAsync(
    const StreamingOutputCallRequest& request, Stream& stream) {
  StreamingOutputCallResponse response;
  for (const auto& parameters : request.response_parameters()) {
    co_await hawkmount::Sleep(microseconds(parameters.interval_us()));
    FillResponse(parameters, response);
    if (!co_await stream.Write(response)) co_return absl::CancelledError();
  }
  co_return absl::OkStatus();
}

}  // namespace

absl::Status BlockingTest::StreamingOutputCall(
    StreamingOutputCallContext& context,
    const StreamingOutputCallRequest& request,
    StreamingOutputCallStream& stream) {
  absl::Status status = EchoMetadata(context);
  if (status.ok()) status = WriteAll(request, stream);
  return status.ok() && request.has_response_status()
             ? AskedStatus(request.response_status())
             : status;
}

absl::Status BlockingTest::StreamingInputCall(
    StreamingInputCallContext& context,
    StreamingInputCallStream& stream,
    StreamingInputCallResponse& response) {
  StreamingInputCallRequest request;
  int size = 0;
  while (stream.Read(request)) {
    absl::Status status = CheckCompression(context, request);
    if (!status.ok()) return status;
    size += static_cast<int>(request.payload().body().size());
  }
  response.set_aggregated_payload_size(size);
  return absl::OkStatus();
}

absl::Status BlockingTest::FullDuplexCall(
    FullDuplexCallContext& context, FullDuplexCallStream& stream) {
  absl::Status status = EchoMetadata(context);
  StreamingOutputCallRequest request;
  while (status.ok() && stream.Read(request)) {
    if (request.has_response_status()) {
      return AskedStatus(request.response_status());
    }
    status = WriteAll(request, stream);
  }
  return status;
}

absl::Status BlockingTest::HalfDuplexCall(
    HalfDuplexCallContext&, HalfDuplexCallStream& stream) {
  std::vector<StreamingOutputCallRequest> requests;
  for (StreamingOutputCallRequest request; stream.Read(request);) {
    requests.push_back(request);
  }
  for (const StreamingOutputCallRequest& request : requests) {
    absl::Status status = WriteAll(request, stream);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

hawkmount::Task CoroutineStreams::StreamingOutputCallAsync(
    StreamingOutputCallContext& context,
    const StreamingOutputCallRequest& request,
    StreamingOutputCallAsyncStream& stream) {
  absl::Status status = EchoMetadata(context);
  if (status.ok()) status = co_await WriteAllAsync(request, stream);
  if (status.ok() && request.has_response_status()) {
    co_return AskedStatus(request.response_status());
  }
  co_return status;
}

hawkmount::Task CoroutineStreams::StreamingInputCallAsync(
    StreamingInputCallContext& context,
    StreamingInputCallAsyncStream& stream,
    StreamingInputCallResponse& response) {
  StreamingInputCallRequest request;
  int size = 0;
  while (co_await stream.Read(request)) {
    absl::Status status = CheckCompression(context, request);
    if (!status.ok()) co_return status;
    size += static_cast<int>(request.payload().body().size());
  }
  response.set_aggregated_payload_size(size);
  co_return absl::OkStatus();
}

hawkmount::Task CoroutineStreams::FullDuplexCallAsync(
    FullDuplexCallContext& context, FullDuplexCallAsyncStream& stream) {
  absl::Status status = EchoMetadata(context);
  if (!status.ok()) co_return status;
  StreamingOutputCallRequest request;
  while (co_await stream.Read(request)) {
    if (request.has_response_status()) {
      co_return AskedStatus(request.response_status());
    }
    status = co_await WriteAllAsync(request, stream);
    if (!status.ok()) break;
  }
  co_return status;
}

hawkmount::Task CoroutineStreams::HalfDuplexCallAsync(
    HalfDuplexCallContext&, HalfDuplexCallAsyncStream& stream) {
  std::vector<StreamingOutputCallRequest> requests;
  StreamingOutputCallRequest request;
  while (co_await stream.Read(request)) requests.push_back(request);
  for (const StreamingOutputCallRequest& asked : requests) {
    absl::Status status = co_await WriteAllAsync(asked, stream);
    if (!status.ok()) co_return status;
  }
  co_return absl::OkStatus();
}

hawkmount::Task CoroutineTest::EmptyCallAsync(
    EmptyCallContext&, const Empty&, Empty&) {
  co_return absl::OkStatus();
}

hawkmount::Task CoroutineTest::UnaryCallAsync(
    UnaryCallContext& context,
    const SimpleRequest& request,
    SimpleResponse& response) {
  co_return AnswerUnary(context, request, response);
}

// Not a coroutine: what need not wait may return its status as it is.
hawkmount::Task CoroutineTest::CacheableUnaryCallAsync(
    CacheableUnaryCallContext& context,
    const SimpleRequest& request,
    SimpleResponse& response) {
  return AnswerUnary(context, request, response);
}

absl::Status MixedTest::EmptyCall(EmptyCallContext&, const Empty&, Empty&) {
  return absl::OkStatus();
}

absl::Status MixedTest::UnaryCall(
    UnaryCallContext& context,
    const SimpleRequest& request,
    SimpleResponse& response) {
  return AnswerUnary(context, request, response);
}

absl::Status MixedTest::CacheableUnaryCall(
    CacheableUnaryCallContext& context,
    const SimpleRequest& request,
    SimpleResponse& response) {
  return AnswerUnary(context, request, response);
}

}  // namespace interop
