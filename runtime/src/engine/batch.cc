#include "engine/batch.h"

#include <cstdio>
#include <cstdlib>

#include "observe/request_id.h"

namespace hawkmount::engine {
namespace {

// Longer messages would pass the limit that callers put on trailers, and the
// call would end without its status.
constexpr size_t kLongestMessage = 4096;

// One that refers to text which outlives the batch.
grpc_metadata Pair(std::string_view key, std::string_view value) {
  grpc_metadata pair{};
  pair.key = grpc_slice_from_static_buffer(key.data(), key.size());
  pair.value = grpc_slice_from_static_buffer(value.data(), value.size());
  return pair;
}

void Convert(const Batch::MetadataList& from, std::vector<grpc_metadata>& to) {
  to.reserve(from.size());
  for (const auto& [key, value] : from) to.push_back(Pair(key, value));
}

}  // namespace

// gRPC writes all but printable ASCII as three bytes each.
SentMessage MessageToSend(absl::string_view message) {
  constexpr size_t kOfTrailer = 32 + sizeof("grpc-message");
  size_t written = 0;
  size_t length = 0;
  for (; length < message.size(); ++length) {
    const auto c = static_cast<unsigned char>(message[length]);
    const size_t size = c >= 0x20 && c <= 0x7e && c != '%' ? 1 : 3;
    if (written + size > kLongestMessage) break;
    written += size;
  }
  const size_t most = length;
  for (int i = 0; i < 3 && most < message.size() && length > 0 &&
                  (message[length] & 0xc0) == 0x80;
       ++i) {
    --length;
  }
  return {{message.data(), length}, kOfTrailer + written};
}

// An echoed request id alone, which is what most answers have if anything,
// takes no memory.
void Batch::FillInitialMetadata(
    const MetadataList& metadata, std::string_view request_id, grpc_op& op) {
  auto& data = op.data.send_initial_metadata;
  if (metadata.empty()) {
    only_initial_[0] = Pair(observe::kRequestIdKey, request_id);
    data.count = 1;
    data.metadata = only_initial_.data();
    return;
  }
  Convert(metadata, initial_);
  if (!request_id.empty()) {
    initial_.push_back(Pair(observe::kRequestIdKey, request_id));
  }
  data.count = initial_.size();
  data.metadata = initial_.data();
}

Batch& Batch::SendStatus(
    const absl::Status& status, const MetadataList& trailing) {
  grpc_op& op = Add(GRPC_OP_SEND_STATUS_FROM_SERVER);
  auto& data = op.data.send_status_from_server;
  if (!trailing.empty()) Convert(trailing, trailing_);
  data.trailing_metadata_count = trailing_.size();
  data.trailing_metadata = trailing_.data();
  data.status = static_cast<grpc_status_code>(status.code());
  data.status_details = nullptr;
  if (!status.message().empty()) {
    const std::string_view sent = MessageToSend(status.message()).text;
    details_ = grpc_slice_from_copied_buffer(sent.data(), sent.size());
    has_details_ = true;
    data.status_details = &details_;
  }
  return *this;
}

void Batch::Die(grpc_call_error error) const {
  std::fprintf(
      stderr,
      "hawkmount: grpc_call_start_batch refused %zu operations beginning with "
      "%d: error %d. This is a bug of hawkmount.\n",
      count_,
      ops_[0].op,
      error);
  std::abort();
}

}  // namespace hawkmount::engine
