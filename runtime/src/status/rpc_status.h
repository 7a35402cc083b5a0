#ifndef HAWKMOUNT_STATUS_RPC_STATUS_H_
#define HAWKMOUNT_STATUS_RPC_STATUS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace hawkmount::rpc {

// The trailer that carries a google.rpc.Status.
inline constexpr std::string_view kDetailsKey = "grpc-status-details-bin";

// Whether the status has payloads that are details: those whose key is a type
// URL, which has a slash. Other keys are notes of the server's own.
bool HasDetails(const absl::Status& status);

// The status as a google.rpc.Status, its ErrorInfo first. `message` is what is
// sent of the status's message: callers hold the two against each other.
std::string EncodeStatus(const absl::Status& status, std::string_view message);

// The status with the details that are in the bytes of a google.rpc.Status;
// as it is when they do not parse, or are about another code.
absl::Status WithDetailsOf(std::string_view bytes, absl::Status status);

}  // namespace hawkmount::rpc

#endif  // HAWKMOUNT_STATUS_RPC_STATUS_H_
