#ifndef HAWKMOUNT_ENGINE_BATCH_H_
#define HAWKMOUNT_ENGINE_BATCH_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "engine/event.h"
#include "engine/grpc_internals.h"

namespace hawkmount::engine {

// What is sent of the message of a status, without half letters, and how much
// of the trailers it takes.
struct SentMessage {
  std::string_view text;
  size_t size = 0;
};
SentMessage MessageToSend(absl::string_view message);

// Some operations on a call that are submitted together and end with one event.
// What they refer to must live until that event: the pairs of metadata, the
// bytes of a message, the places to write to.
class Batch {
 public:
  using MetadataList = std::vector<std::pair<std::string, std::string>>;

  explicit Batch(grpc_call* call) : call_(call) {}
  ~Batch() {
    if (has_details_) grpc_slice_unref(details_);
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  // And a request id, unless it is empty.
  Batch& SendInitialMetadata(
      const MetadataList& metadata, std::string_view request_id = {}) {
    grpc_op& op = Add(GRPC_OP_SEND_INITIAL_METADATA);
    op.data.send_initial_metadata.count = 0;
    op.data.send_initial_metadata.maybe_compression_level.is_set = 0;
    if (!metadata.empty() || !request_id.empty()) {
      FillInitialMetadata(metadata, request_id, op);
    }
    return *this;
  }

  Batch& SendMessage(grpc_byte_buffer* bytes, uint32_t flags) {
    grpc_op& op = Add(GRPC_OP_SEND_MESSAGE);
    op.flags = flags;
    op.data.send_message.send_message = bytes;
    return *this;
  }

  Batch& SendStatus(const absl::Status& status, const MetadataList& trailing);

  Batch& ReceiveMessage(grpc_byte_buffer*& bytes) {
    Add(GRPC_OP_RECV_MESSAGE).data.recv_message.recv_message = &bytes;
    return *this;
  }

  Batch& ReceiveClose(int& cancelled) {
    Add(GRPC_OP_RECV_CLOSE_ON_SERVER).data.recv_close_on_server.cancelled =
        &cancelled;
    return *this;
  }

  void Submit(Event& event) {
    const grpc_call_error error = grpc_call_start_batch(
        call_, ops_.data(), count_, event.Submit(), nullptr);
    if (error != GRPC_CALL_OK) Die(error);
  }

 private:
  grpc_op& Add(grpc_op_type type) {
    grpc_op& op = ops_[count_++];
    op.op = type;
    op.flags = 0;
    op.reserved = nullptr;
    return op;
  }

  void FillInitialMetadata(
      const MetadataList& metadata, std::string_view request_id, grpc_op& op);
  [[noreturn]] void Die(grpc_call_error error) const;

  grpc_call* call_;
  std::array<grpc_op, 4> ops_;
  size_t count_ = 0;
  grpc_slice details_;
  bool has_details_ = false;
  std::array<grpc_metadata, 1> only_initial_;
  std::vector<grpc_metadata> initial_;
  std::vector<grpc_metadata> trailing_;
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_BATCH_H_
