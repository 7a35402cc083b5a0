#ifndef HAWKMOUNT_OBSERVE_CODES_H_
#define HAWKMOUNT_OBSERVE_CODES_H_

#include <array>
#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "hawkmount/codegen/cells.h"

namespace hawkmount::observe {

// The names of gRPC's status codes, as its specification writes them.
inline constexpr std::array<std::string_view, codegen::kStatusCodes>
    kCodeNames = {
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED"};

inline std::string_view CodeName(absl::StatusCode code) {
  const auto index = static_cast<size_t>(code);
  return kCodeNames[index < kCodeNames.size() ? index : 2];
}

// As the label "reason".
inline constexpr std::array<std::string_view, codegen::kRejections>
    kRejectionNames = {
        "none",
        "queue_full",
        "draining",
        "expired_in_queue",
        "bad_request",
        "max_concurrent_rpcs",
        "max_in_flight",
        "interceptor",
        "rate_limited",
        "overloaded"};

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_CODES_H_
