#ifndef HAWKMOUNT_TESTS_E2E_CALLING_H_
#define HAWKMOUNT_TESTS_E2E_CALLING_H_

#include <string>
#include <utility>
#include <vector>

#include "handlers.h"

namespace e2e {

// What a client got of a call.
struct Got {
  absl::Status status;
  // All of it, as text: the status with its details, the metadata, and the
  // messages.
  std::string all;
};

// What calls of CallAnd are known by.
inline constexpr char kRequestId[] = "known-by-this";

// One call of "SayHello", "Count", "Collect" or "Chat", with a message each
// way.
Got CallAnd(
    const GreeterClient& client,
    const std::string& method,
    const std::vector<std::pair<std::string, std::string>>& metadata);

// A status and metadata, as text.
std::string AllOf(
    const absl::Status& status, const hawkmount::ResponseMetadata& metadata);

}  // namespace e2e

#endif  // HAWKMOUNT_TESTS_E2E_CALLING_H_
