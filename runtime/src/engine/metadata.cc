#include "engine/metadata.h"

#include <grpc/grpc.h>
#include <grpc/slice.h>

#include <algorithm>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace hawkmount::engine {
namespace {

std::string Quoted(std::string_view text) {
  return absl::StrCat(
      "\"",
      absl::CHexEscape(absl::string_view(text.data(), text.size())),
      "\"");
}

// What HTTP/2 or gRPC itself gives a meaning to. gRPC 1.51 aborts the process
// on one of them, drops some in silence and sends others that HTTP/2 forbids.
constexpr std::string_view kProtocolKeys[] = {
    "te",
    "host",
    "content-type",
    "content-length",
    "connection",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
    "grpclb_client_stats",
    "lb-cost-bin",
    "endpoint-load-metrics-bin"};

grpc_slice SliceOf(std::string_view text) {
  return grpc_slice_from_static_buffer(text.data(), text.size());
}

}  // namespace

absl::Status CheckMetadata(std::string_view key, std::string_view value) {
  if (key.empty() || !grpc_header_key_is_legal(SliceOf(key)) ||
      key.front() == ':') {
    return absl::InvalidArgumentError(absl::StrCat(
        "metadata key ",
        Quoted(key),
        " is not allowed: use the characters 0-9 a-z _ - ."));
  }
  if (key.starts_with("grpc-")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "metadata key ",
        Quoted(key),
        " is not allowed: keys that begin with grpc- are gRPC's own"));
  }
  if (std::find(std::begin(kProtocolKeys), std::end(kProtocolKeys), key) !=
      std::end(kProtocolKeys)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "metadata key ",
        Quoted(key),
        " is not allowed: it is a header of the protocol"));
  }
  if (!key.ends_with("-bin") &&
      !grpc_header_nonbin_value_is_legal(SliceOf(value))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the value ",
        Quoted(value),
        " of metadata key ",
        Quoted(key),
        " is not allowed: use printable ASCII, or a key that ends in -bin"));
  }
  return absl::OkStatus();
}

absl::Status AddMetadata(
    std::string_view key,
    std::string_view value,
    std::vector<std::pair<std::string, std::string>>& to) {
  absl::Status status = CheckMetadata(key, value);
  if (status.ok()) to.emplace_back(key, value);
  return status;
}

}  // namespace hawkmount::engine
