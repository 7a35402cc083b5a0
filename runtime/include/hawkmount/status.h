#ifndef HAWKMOUNT_STATUS_H_
#define HAWKMOUNT_STATUS_H_

// Statuses as exceptions: a handler may throw what it could return.
//
//   throw hawkmount::NotFoundError("no greeting for Ada");
//   throw hawkmount::StatusError(row.status());
//
// Nothing here needs a compiler with exceptions, but throwing and catching.

#include <exception>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

namespace hawkmount {

// What a StatusError says when it is given no text, in words of ours, one for
// each code. Empty for OK.
std::string_view DefaultText(absl::StatusCode code);

// Thrown by whoever makes a StatusError of OK, which would be a mistake.
class OkIsNoError final : public std::invalid_argument {
 public:
  OkIsNoError();
};

// A status on its way out of a handler, from however deep. The call ends with
// it, details and all. It is meant so: it does not count as an exception, nor
// is it logged as one.
//
// Copies are cheap, and never throw.
class StatusError : public std::exception {
 public:
  // An empty message becomes the default text. Throws OkIsNoError for OK.
  explicit StatusError(absl::Status status);

  // `details` are those of error_details.h.
  template <class... Details>
  explicit StatusError(
      absl::StatusCode code,
      std::string_view message = {},
      const Details&... details)
      : StatusError(Make(code, message, details...)) {}

  absl::StatusCode code() const noexcept;
  std::string_view message() const noexcept;
  // With the details, which ErrorInfoOf and its like read.
  const absl::Status& status() const noexcept;
  // "NOT_FOUND: no greeting for Ada".
  const char* what() const noexcept override;

 private:
  template <class... Details>
  static absl::Status Make(
      absl::StatusCode code,
      std::string_view message,
      const Details&... details) {
    absl::Status status(
        code, absl::string_view(message.data(), message.size()));
    ((status = WithDetail(std::move(status), details)), ...);
    return status;
  }

  struct Text;
  std::shared_ptr<const Text> text_;
};

// A type for each code, to be caught by it.
template <absl::StatusCode kCode>
class StatusErrorOf : public StatusError {
  static_assert(
      kCode >= absl::StatusCode::kCancelled &&
          kCode <= absl::StatusCode::kUnauthenticated,
      "a StatusErrorOf is of one of gRPC's 16 codes that are errors");

 public:
  StatusErrorOf() : StatusError(kCode) {}

  template <class... Details>
  explicit StatusErrorOf(std::string_view message, const Details&... details)
      : StatusError(kCode, message, details...) {}

 private:
  friend struct StatusThrower;
  explicit StatusErrorOf(absl::Status status)
      : StatusError(std::move(status)) {}
};

using CancelledError = StatusErrorOf<absl::StatusCode::kCancelled>;
using UnknownError = StatusErrorOf<absl::StatusCode::kUnknown>;
using InvalidArgumentError = StatusErrorOf<absl::StatusCode::kInvalidArgument>;
using DeadlineExceededError =
    StatusErrorOf<absl::StatusCode::kDeadlineExceeded>;
using NotFoundError = StatusErrorOf<absl::StatusCode::kNotFound>;
using AlreadyExistsError = StatusErrorOf<absl::StatusCode::kAlreadyExists>;
using PermissionDeniedError =
    StatusErrorOf<absl::StatusCode::kPermissionDenied>;
using ResourceExhaustedError =
    StatusErrorOf<absl::StatusCode::kResourceExhausted>;
using FailedPreconditionError =
    StatusErrorOf<absl::StatusCode::kFailedPrecondition>;
using AbortedError = StatusErrorOf<absl::StatusCode::kAborted>;
using OutOfRangeError = StatusErrorOf<absl::StatusCode::kOutOfRange>;
using UnimplementedError = StatusErrorOf<absl::StatusCode::kUnimplemented>;
using InternalError = StatusErrorOf<absl::StatusCode::kInternal>;
using UnavailableError = StatusErrorOf<absl::StatusCode::kUnavailable>;
using DataLossError = StatusErrorOf<absl::StatusCode::kDataLoss>;
using UnauthenticatedError = StatusErrorOf<absl::StatusCode::kUnauthenticated>;

// Throws the StatusErrorOf of the status's code; OkIsNoError for OK.
[[noreturn]] void ThrowStatus(absl::Status status);

}  // namespace hawkmount

#endif  // HAWKMOUNT_STATUS_H_
