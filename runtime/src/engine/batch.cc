#include "engine/batch.h"

#include <cstdio>
#include <cstdlib>

namespace hawkmount::engine {
namespace {

// Longer ones would pass the limit that callers put on trailers, and the call
// would end without its status.
constexpr size_t kLongestMessage = 4096;

grpc_slice SliceOf(const std::string& text) {
  return grpc_slice_from_static_buffer(text.data(), text.size());
}

}  // namespace

grpc_metadata* Batch::Convert(
    const MetadataList& from, std::vector<grpc_metadata>& to) {
  if (from.empty()) return nullptr;
  to.resize(from.size());
  for (size_t i = 0; i < from.size(); ++i) {
    to[i].key = SliceOf(from[i].first);
    to[i].value = SliceOf(from[i].second);
  }
  return to.data();
}

Batch& Batch::SendStatus(
    const absl::Status& status, const MetadataList& trailing) {
  grpc_op& op = Add(GRPC_OP_SEND_STATUS_FROM_SERVER);
  auto& data = op.data.send_status_from_server;
  data.trailing_metadata_count = trailing.size();
  data.trailing_metadata = Convert(trailing, trailing_);
  data.status = static_cast<grpc_status_code>(status.code());
  data.status_details = nullptr;
  if (!status.message().empty()) {
    const size_t size = std::min(status.message().size(), kLongestMessage);
    details_ = grpc_slice_from_copied_buffer(status.message().data(), size);
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
