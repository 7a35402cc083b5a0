#include "hawkmount/codegen/client_call.h"

#include <google/protobuf/message_lite.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/impl/rpc_method.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/sync_stream.h>

#include <climits>

#include "client/observed_call.h"
#include "engine/grpc_internals.h"
#include "engine/metadata.h"
#include "observe/request_id.h"
#include "observe/trace_context.h"
#include "status/rpc_status.h"

namespace hawkmount::codegen {
namespace {

using google::protobuf::MessageLite;

bool ToBytes(const MessageLite& message, grpc::ByteBuffer& to) {
  const size_t size = message.ByteSizeLong();
  if (size > INT_MAX) return false;
  grpc::Slice slice(size);
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  to = grpc::ByteBuffer(&slice, 1);
  return true;
}

bool FromBytes(grpc::ByteBuffer& bytes, MessageLite& to) {
  grpc::ProtoBufferReader reader(&bytes);
  return reader.status().ok() && to.ParseFromZeroCopyStream(&reader);
}

absl::Status ToAbsl(const grpc::Status& status) {
  const absl::Status plain(
      static_cast<absl::StatusCode>(status.error_code()),
      status.error_message());
  if (plain.ok() || status.error_details().empty()) return plain;
  return rpc::WithDetailsOf(status.error_details(), plain);
}

std::string RequestIdFor(const CallOptions& options) {
  if (!options.request_id.empty()) return options.request_id;
  if (options.parent != nullptr) {
    return std::string(options.parent->request_id());
  }
  return observe::NewRequestId();
}

using TimePoint = std::chrono::system_clock::time_point;

TimePoint DeadlineOf(const CallOptions& options) {
  const TimePoint parents =
      options.parent == nullptr ? TimePoint::max() : options.parent->deadline();
  if (!options.timeout.has_value()) return parents;
  const auto now = std::chrono::system_clock::now();
  const auto timeout =
      std::chrono::duration_cast<TimePoint::duration>(*options.timeout);
  return timeout < parents - now ? now + timeout : parents;
}

// Fails, before anything is sent, on metadata that gRPC would abort on.
absl::Status Prepare(
    const CallOptions& options,
    const std::string& request_id,
    grpc::ClientContext& context) {
  if (!observe::IsValidRequestId(request_id)) {
    return absl::InvalidArgumentError(
        "request_id must have 1 to 128 characters of [A-Za-z0-9._~:+/=-]");
  }
  context.AddMetadata(std::string(observe::kRequestIdKey), request_id);
  if (options.parent != nullptr && options.parent->trace() != nullptr) {
    const TraceContext& trace = *options.parent->trace();
    context.AddMetadata(
        std::string(observe::kTraceparentKey), trace.traceparent());
    if (!trace.state.empty()) {
      context.AddMetadata(std::string(observe::kTracestateKey), trace.state);
    }
  }
  for (const auto& [key, value] : options.metadata) {
    absl::Status status = engine::CheckMetadata(key, value);
    if (!status.ok()) return status;
    context.AddMetadata(key, value);
  }
  const TimePoint deadline = DeadlineOf(options);
  if (deadline != TimePoint::max()) context.set_deadline(deadline);
  return absl::OkStatus();
}

void Collect(
    const std::multimap<grpc::string_ref, grpc::string_ref>& from,
    std::vector<std::pair<std::string, std::string>>& to) {
  for (const auto& [key, value] : from) {
    to.emplace_back(
        std::string(key.data(), key.size()),
        std::string(value.data(), value.size()));
  }
}

void CollectMetadata(const grpc::ClientContext& context, ResponseMetadata* to) {
  if (to == nullptr) return;
  Collect(context.GetServerInitialMetadata(), to->initial);
  Collect(context.GetServerTrailingMetadata(), to->trailing);
}

grpc::internal::RpcMethod RpcMethodOf(const Method& method) {
  return {method.path.data(), engine::ToRpcType(method.kind)};
}

const absl::Status& TooLarge() {
  static const absl::Status& status =
      *new absl::Status(absl::ResourceExhaustedError("a message over 2 GiB"));
  return status;
}

}  // namespace

absl::Status CallUnary(
    const Channel& channel,
    const Method& method,
    const CallOptions& options,
    const MessageLite& request,
    MessageLite& response) {
  const std::string request_id = RequestIdFor(options);
  client::ObservedCall observed(channel, method, request_id);
  const absl::Status status = [&] {
    grpc::ClientContext context;
    absl::Status prepared = Prepare(options, request_id, context);
    if (!prepared.ok()) return prepared;
    grpc::ByteBuffer sent;
    grpc::ByteBuffer received;
    if (!ToBytes(request, sent)) return TooLarge();
    observed.Sent();
    const absl::Status called = ToAbsl(grpc::internal::BlockingUnaryCall(
        channel.grpc_channel().get(),
        RpcMethodOf(method),
        &context,
        sent,
        &received));
    CollectMetadata(context, options.response_metadata);
    if (!called.ok()) return called;
    observed.Received();
    return FromBytes(received, response)
               ? absl::OkStatus()
               : absl::InternalError("the response does not parse");
  }();
  observed.Finish(status);
  return status;
}

// All three kinds of streams over gRPC's most general one.
class ClientStreamCore::Impl {
 public:
  Impl(
      const Channel& channel,
      const Method& method,
      const CallOptions& options,
      const MessageLite* request)
      : response_metadata_(options.response_metadata),
        observed_(channel, method, RequestIdFor(options)) {
    status_ = Prepare(options, observed_.request_id(), context_);
    if (!status_.ok()) return;
    stream_.reset(
        grpc::internal::
            ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::
                Create(
                    channel.grpc_channel().get(),
                    RpcMethodOf(method),
                    &context_));
    if (request != nullptr) {
      Write(*request);
      WritesDone();
    }
  }

  ~Impl() {
    if (stream_ == nullptr || finished_) return;
    context_.TryCancel();
    // gRPC wants a stream finished before it goes.
    observed_.Finish(ToAbsl(stream_->Finish()));
  }

  bool Read(MessageLite& message) {
    grpc::ByteBuffer bytes;
    if (stream_ == nullptr || finished_ || !stream_->Read(&bytes)) return false;
    observed_.Received();
    if (FromBytes(bytes, message)) return true;
    status_ = absl::InternalError("a response does not parse");
    context_.TryCancel();
    return false;
  }

  bool Write(const MessageLite& message) {
    grpc::ByteBuffer bytes;
    if (stream_ == nullptr || finished_) return false;
    if (!ToBytes(message, bytes)) {
      status_ = TooLarge();
      context_.TryCancel();
      return false;
    }
    if (!stream_->Write(bytes)) return false;
    observed_.Sent();
    return true;
  }

  bool WritesDone() {
    if (stream_ == nullptr || finished_ || writes_done_) return false;
    writes_done_ = true;
    return stream_->WritesDone();
  }

  void Cancel() { context_.TryCancel(); }

  absl::Status Finish(MessageLite* response) {
    if (finished_) return status_;
    finished_ = true;
    if (stream_ != nullptr) FinishStream(response);
    observed_.Finish(status_);
    return status_;
  }

 private:
  void FinishStream(MessageLite* response) {
    if (!writes_done_) stream_->WritesDone();
    grpc::ByteBuffer bytes;
    bool answered = false;
    bool parsed = true;
    while (stream_->Read(&bytes)) {
      observed_.Received();
      if (response != nullptr && !answered)
        parsed = FromBytes(bytes, *response);
      answered = true;
    }
    const absl::Status finished = ToAbsl(stream_->Finish());
    CollectMetadata(context_, response_metadata_);
    if (!status_.ok()) return;  // what went wrong first
    status_ = finished;
    if (!status_.ok() || response == nullptr) return;
    if (!answered) status_ = absl::InternalError("the server sent no response");
    if (!parsed) status_ = absl::InternalError("the response does not parse");
  }

  ResponseMetadata* response_metadata_;
  client::ObservedCall observed_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>>
      stream_;
  absl::Status status_;
  bool writes_done_ = false;
  bool finished_ = false;
};

ClientStreamCore::ClientStreamCore(
    const Channel& channel,
    const Method& method,
    const CallOptions& options,
    const MessageLite* request)
    : impl_(std::make_unique<Impl>(channel, method, options, request)) {}
ClientStreamCore::ClientStreamCore(ClientStreamCore&&) noexcept = default;
ClientStreamCore::~ClientStreamCore() = default;

bool ClientStreamCore::Read(MessageLite& message) {
  return impl_->Read(message);
}
bool ClientStreamCore::Write(const MessageLite& message) {
  return impl_->Write(message);
}
bool ClientStreamCore::WritesDone() { return impl_->WritesDone(); }
void ClientStreamCore::Cancel() { impl_->Cancel(); }
absl::Status ClientStreamCore::Finish(MessageLite* response) {
  return impl_->Finish(response);
}

}  // namespace hawkmount::codegen
