#ifndef HAWKMOUNT_TESTS_E2E_TRUTH_UNKNOWN_METHOD_H_
#define HAWKMOUNT_TESTS_E2E_TRUTH_UNKNOWN_METHOD_H_

#include <chrono>
#include <string>

#include "absl/status/status.h"
#include "hawkmount/client.h"

namespace truth {

// Calls a method that no server has.
absl::Status CallUnknownMethod(
    const hawkmount::Channel& channel,
    const std::string& request_id,
    std::chrono::nanoseconds timeout);

}  // namespace truth

#endif  // HAWKMOUNT_TESTS_E2E_TRUTH_UNKNOWN_METHOD_H_
