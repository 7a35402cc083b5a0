#include "status/rpc_status.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "status/fields.h"

namespace hawkmount::rpc {
namespace {

// google.protobuf.Any.
struct Any {
  std::string type_url{};
  Bytes value{};
};

template <class Visitor, Is<Any> Struct>
void VisitFields(Visitor& visit, Struct& any) {
  visit(1, any.type_url);
  visit(2, any.value);
}

// google.rpc.Status.
struct RpcStatus {
  int64_t code = 0;
  std::string message{};
  std::vector<Any> details{};
};

template <class Visitor, Is<RpcStatus> Struct>
void VisitFields(Visitor& visit, Struct& status) {
  visit(1, status.code);
  visit(2, status.message);
  visit(3, status.details);
}

bool IsTypeUrl(absl::string_view key) { return absl::StrContains(key, '/'); }

}  // namespace

bool HasDetails(const absl::Status& status) {
  bool found = false;
  status.ForEachPayload([&](absl::string_view key, const absl::Cord&) {
    found = found || IsTypeUrl(key);
  });
  return found;
}

std::string EncodeStatus(const absl::Status& status, std::string_view message) {
  RpcStatus sent{
      .code = static_cast<int64_t>(status.code()),
      .message = std::string(message)};
  status.ForEachPayload([&](absl::string_view key, const absl::Cord& payload) {
    if (!IsTypeUrl(key)) return;
    sent.details.push_back({std::string(key), {std::string(payload)}});
  });
  // abseil's order is none.
  std::sort(
      sent.details.begin(), sent.details.end(), [](const Any& a, const Any& b) {
        const auto rank = [](const Any& any) {
          const bool first =
              absl::EndsWith(any.type_url, "/google.rpc.ErrorInfo");
          return std::pair<int, const std::string&>(!first, any.type_url);
        };
        return rank(a) < rank(b);
      });
  return Encode(sent);
}

absl::Status WithDetailsOf(std::string_view bytes, absl::Status status) {
  RpcStatus received;
  if (!Decode(bytes, received) ||
      received.code != static_cast<int64_t>(status.code())) {
    return status;
  }
  for (Any& any : received.details) {
    if (!IsTypeUrl(any.type_url)) continue;
    status.SetPayload(any.type_url, absl::Cord(std::move(any.value.value)));
  }
  return status;
}

}  // namespace hawkmount::rpc
