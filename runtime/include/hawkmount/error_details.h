#ifndef HAWKMOUNT_ERROR_DETAILS_H_
#define HAWKMOUNT_ERROR_DETAILS_H_

// What a status tells programs, beside its code, and its message for people:
// the messages of google/rpc/error_details.proto as plain structs.
//
//   return WithDetail(
//       absl::NotFoundError("no greeting for Ada"),
//       hawkmount::ErrorInfo{.reason = "NO_GREETING", .domain = "acme.com"});
//
// They are payloads of the absl::Status. An answer carries them in
// grpc-status-details-bin, which all of gRPC's languages read, and generated
// clients find them in the status that they return.
//
// Callers take 8 KiB of trailers at the most: details that do not fit beside
// the rest are left out, and the log says so. The schema's types and those of
// other libraries are not touched: details need no generated code.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace hawkmount {

// Why it failed. Each error should have one: programs tell errors apart by
// `domain` and `reason`, which stay as they are when messages change.
struct ErrorInfo {
  std::string reason{};  // UPPER_SNAKE_CASE, 63 characters at the most
  std::string domain{};  // of the service: "greetings.acme.com"
  std::map<std::string, std::string> metadata{};
  bool operator==(const ErrorInfo&) const = default;
};

// What is wrong with a request: with INVALID_ARGUMENT.
struct BadRequest {
  struct FieldViolation {
    std::string field{};  // a path: "person.emails[2].address"
    std::string description{};
    std::string reason{};  // UPPER_SNAKE_CASE
    bool operator==(const FieldViolation&) const = default;
  };
  std::vector<FieldViolation> field_violations{};
  bool operator==(const BadRequest&) const = default;
};

// When it is worth to try again: with UNAVAILABLE or RESOURCE_EXHAUSTED.
struct RetryInfo {
  std::chrono::nanoseconds delay{0};
  bool operator==(const RetryInfo&) const = default;
};

// Which call it was, for reports. RequestIdOptions::in_error_details adds it by
// itself.
struct RequestInfo {
  std::string request_id{};
  std::string serving_data{};
  bool operator==(const RequestInfo&) const = default;
};

// What is not as it has to be: with FAILED_PRECONDITION.
struct PreconditionFailure {
  struct Violation {
    std::string type{};     // "TERMS_OF_SERVICE"
    std::string subject{};  // "acme.com/users/7"
    std::string description{};
    bool operator==(const Violation&) const = default;
  };
  std::vector<Violation> violations{};
  bool operator==(const PreconditionFailure&) const = default;
};

// Which quota is used up: with RESOURCE_EXHAUSTED.
struct QuotaFailure {
  struct Violation {
    std::string subject{};  // "clientip:192.0.2.7"
    std::string description{};
    bool operator==(const Violation&) const = default;
  };
  std::vector<Violation> violations{};
  bool operator==(const QuotaFailure&) const = default;
};

// The status with the detail, in place of one of its kind that it may have. OK
// has no details: it is returned as it is. Text that is not UTF-8 is mended.
absl::Status WithDetail(absl::Status status, const ErrorInfo& detail);
absl::Status WithDetail(absl::Status status, const BadRequest& detail);
absl::Status WithDetail(absl::Status status, const RetryInfo& detail);
absl::Status WithDetail(absl::Status status, const RequestInfo& detail);
absl::Status WithDetail(absl::Status status, const PreconditionFailure& detail);
absl::Status WithDetail(absl::Status status, const QuotaFailure& detail);

// The detail of a status; nothing when it has none, or one that does not parse.
std::optional<ErrorInfo> ErrorInfoOf(const absl::Status& status);
std::optional<BadRequest> BadRequestOf(const absl::Status& status);
std::optional<RetryInfo> RetryInfoOf(const absl::Status& status);
std::optional<RequestInfo> RequestInfoOf(const absl::Status& status);
std::optional<PreconditionFailure> PreconditionFailureOf(
    const absl::Status& status);
std::optional<QuotaFailure> QuotaFailureOf(const absl::Status& status);

}  // namespace hawkmount

#endif  // HAWKMOUNT_ERROR_DETAILS_H_
