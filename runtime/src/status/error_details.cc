#include "hawkmount/error_details.h"

#include <string_view>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "status/fields.h"

namespace hawkmount {
namespace rpc {

// Found by the visitor's namespace, in which no unnamed one would be.

template <class Visitor, Is<ErrorInfo> Struct>
void VisitFields(Visitor& visit, Struct& info) {
  visit(1, info.reason);
  visit(2, info.domain);
  visit(3, info.metadata);
}

template <class Visitor, Is<BadRequest> Struct>
void VisitFields(Visitor& visit, Struct& request) {
  visit(1, request.field_violations);
}

template <class Visitor, Is<BadRequest::FieldViolation> Struct>
void VisitFields(Visitor& visit, Struct& violation) {
  visit(1, violation.field);
  visit(2, violation.description);
  visit(3, violation.reason);
}

template <class Visitor, Is<RetryInfo> Struct>
void VisitFields(Visitor& visit, Struct& info) {
  visit(1, info.delay);
}

template <class Visitor, Is<RequestInfo> Struct>
void VisitFields(Visitor& visit, Struct& info) {
  visit(1, info.request_id);
  visit(2, info.serving_data);
}

template <class Visitor, Is<PreconditionFailure> Struct>
void VisitFields(Visitor& visit, Struct& failure) {
  visit(1, failure.violations);
}

template <class Visitor, Is<PreconditionFailure::Violation> Struct>
void VisitFields(Visitor& visit, Struct& violation) {
  visit(1, violation.type);
  visit(2, violation.subject);
  visit(3, violation.description);
}

template <class Visitor, Is<QuotaFailure> Struct>
void VisitFields(Visitor& visit, Struct& failure) {
  visit(1, failure.violations);
}

template <class Visitor, Is<QuotaFailure::Violation> Struct>
void VisitFields(Visitor& visit, Struct& violation) {
  visit(1, violation.subject);
  visit(2, violation.description);
}

namespace {

std::string TypeUrl(absl::string_view name) {
  return absl::StrCat("type.googleapis.com/google.rpc.", name);
}

template <class Detail>
absl::Status With(
    absl::Status status, absl::string_view name, const Detail& detail) {
  status.SetPayload(TypeUrl(name), absl::Cord(Encode(detail)));
  return status;
}

template <class Detail>
std::optional<Detail> Of(const absl::Status& status, absl::string_view name) {
  const auto payload = status.GetPayload(TypeUrl(name));
  Detail detail;
  if (!payload.has_value() || !Decode(std::string(*payload), detail)) {
    return std::nullopt;
  }
  return detail;
}

}  // namespace
}  // namespace rpc

absl::Status WithDetail(absl::Status status, const ErrorInfo& detail) {
  return rpc::With(std::move(status), "ErrorInfo", detail);
}
absl::Status WithDetail(absl::Status status, const BadRequest& detail) {
  return rpc::With(std::move(status), "BadRequest", detail);
}
absl::Status WithDetail(absl::Status status, const RetryInfo& detail) {
  return rpc::With(std::move(status), "RetryInfo", detail);
}
absl::Status WithDetail(absl::Status status, const RequestInfo& detail) {
  return rpc::With(std::move(status), "RequestInfo", detail);
}
absl::Status WithDetail(
    absl::Status status, const PreconditionFailure& detail) {
  return rpc::With(std::move(status), "PreconditionFailure", detail);
}
absl::Status WithDetail(absl::Status status, const QuotaFailure& detail) {
  return rpc::With(std::move(status), "QuotaFailure", detail);
}

std::optional<ErrorInfo> ErrorInfoOf(const absl::Status& status) {
  return rpc::Of<ErrorInfo>(status, "ErrorInfo");
}
std::optional<BadRequest> BadRequestOf(const absl::Status& status) {
  return rpc::Of<BadRequest>(status, "BadRequest");
}
std::optional<RetryInfo> RetryInfoOf(const absl::Status& status) {
  return rpc::Of<RetryInfo>(status, "RetryInfo");
}
std::optional<RequestInfo> RequestInfoOf(const absl::Status& status) {
  return rpc::Of<RequestInfo>(status, "RequestInfo");
}
std::optional<PreconditionFailure> PreconditionFailureOf(
    const absl::Status& status) {
  return rpc::Of<PreconditionFailure>(status, "PreconditionFailure");
}
std::optional<QuotaFailure> QuotaFailureOf(const absl::Status& status) {
  return rpc::Of<QuotaFailure>(status, "QuotaFailure");
}

}  // namespace hawkmount
