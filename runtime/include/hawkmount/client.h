#ifndef HAWKMOUNT_CLIENT_H_
#define HAWKMOUNT_CLIENT_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawkmount/context.h"
#include "hawkmount/method.h"

namespace grpc {
class ChannelInterface;
}  // namespace grpc

namespace spdlog {
class logger;
}  // namespace spdlog

namespace google::protobuf {
class MessageLite;
}  // namespace google::protobuf

namespace hawkmount {

struct ChannelOptions {
  // Two records a call; null: none. Calls are counted either way.
  std::shared_ptr<spdlog::logger> logger{};
};

// A connection to a server, made when it is first needed and again when it is
// lost. A handle: copies share it. Any thread.
class Channel {
 public:
  // A plaintext channel to an address in gRPC's form: "localhost:50051",
  // "dns:///service:50051", "unix:/path".
  static Channel Insecure(
      const std::string& address, ChannelOptions options = {});

  // A channel of the caller's own making.
  explicit Channel(
      std::shared_ptr<grpc::ChannelInterface> channel,
      ChannelOptions options = {})
      : channel_(std::move(channel)), options_(std::move(options)) {}

  const std::shared_ptr<grpc::ChannelInterface>& grpc_channel() const {
    return channel_;
  }
  const ChannelOptions& options() const { return options_; }

 private:
  std::shared_ptr<grpc::ChannelInterface> channel_;
  ChannelOptions options_;
};

// What a server sent beside its messages, for whoever asks in CallOptions.
struct ResponseMetadata {
  std::vector<std::pair<std::string, std::string>> initial{};
  std::vector<std::pair<std::string, std::string>> trailing{};
};

// How to make one call.
struct CallOptions {
  // How long the call may take as a whole; none: for ever, or as long as the
  // parent.
  std::optional<std::chrono::nanoseconds> timeout{};
  // Sent along. Keys are lower-case; values are printable ASCII, unless the key
  // ends in "-bin". A call with other metadata fails with INVALID_ARGUMENT.
  std::vector<std::pair<std::string, std::string>> metadata{};
  // Sent as x-request-id; 32 random hex digits when empty.
  std::string request_id{};
  // The call that is served meanwhile, if this one is made on its behalf: its
  // trace is sent along, and its request id, unless another is given, and its
  // deadline, unless that of this call is earlier. Must outlive the beginning
  // of the call.
  const Context* parent = nullptr;
  // Filled before the call's status is returned. Must outlive the call.
  ResponseMetadata* response_metadata = nullptr;
};

namespace codegen {

// A call in progress, as client code holds it.
class ClientStreamCore {
 public:
  ClientStreamCore(
      const Channel& channel,
      const Method& method,
      const CallOptions& options,
      const google::protobuf::MessageLite* request);
  ClientStreamCore(ClientStreamCore&&) noexcept;
  ClientStreamCore& operator=(ClientStreamCore&&) = delete;
  // Cancels a call that was not finished.
  ~ClientStreamCore();

  bool Read(google::protobuf::MessageLite& message);
  bool Write(const google::protobuf::MessageLite& message);
  bool WritesDone();
  void Cancel();
  absl::Status Finish(google::protobuf::MessageLite* response);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace codegen

// The calling ends of streams. Each belongs to one thread at a time, but one
// may read while another writes. One that is dropped before Finish cancels its
// call.

// Reads what a server streams: `while (stream.Read(response))`, then Finish.
template <class Response>
class ClientReader {
 public:
  explicit ClientReader(codegen::ClientStreamCore core)
      : core_(std::move(core)) {}

  // Waits for the next message; false when there are no more.
  bool Read(Response& response) { return core_.Read(response); }
  void Cancel() { core_.Cancel(); }
  // Waits for the status. What was not read is dropped.
  absl::Status Finish() { return core_.Finish(nullptr); }

 private:
  codegen::ClientStreamCore core_;
};

// Streams to a server: Write, then Finish.
template <class Request, class Response>
class ClientWriter {
 public:
  explicit ClientWriter(codegen::ClientStreamCore core)
      : core_(std::move(core)) {}

  // False when the server takes no more messages: Finish says why.
  bool Write(const Request& request) { return core_.Write(request); }
  void Cancel() { core_.Cancel(); }
  // Says that there is no more, and waits for the answer.
  absl::StatusOr<Response> Finish() {
    Response response;
    if (absl::Status status = core_.Finish(&response); !status.ok()) {
      return status;
    }
    return response;
  }

 private:
  codegen::ClientStreamCore core_;
};

// Both at the same time.
template <class Request, class Response>
class ClientStream {
 public:
  explicit ClientStream(codegen::ClientStreamCore core)
      : core_(std::move(core)) {}

  bool Read(Response& response) { return core_.Read(response); }
  bool Write(const Request& request) { return core_.Write(request); }
  // Says that there is no more to come; Read goes on.
  bool WritesDone() { return core_.WritesDone(); }
  void Cancel() { core_.Cancel(); }
  absl::Status Finish() { return core_.Finish(nullptr); }

 private:
  codegen::ClientStreamCore core_;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_CLIENT_H_
