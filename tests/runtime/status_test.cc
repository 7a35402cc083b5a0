#include "hawkmount/status.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <random>
#include <set>
#include <string>

#include "absl/strings/cord.h"
#include "hawkmount/error_details.h"
#include "status/rpc_status.h"

namespace hawkmount {
namespace {

using namespace std::chrono_literals;

constexpr int kCodes = 17;

absl::StatusCode Code(int code) { return static_cast<absl::StatusCode>(code); }

// I11: a status with code, message and details; OK is refused.
TEST(StatusErrorTest, IsItsStatus) {
  const absl::Status status = WithDetail(
      absl::NotFoundError("no greeting"), ErrorInfo{.reason = "NO_GREETING"});
  const StatusError error(status);
  EXPECT_EQ(error.status(), status);
  EXPECT_EQ(error.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(error.message(), "no greeting");
  EXPECT_STREQ(error.what(), "NOT_FOUND: no greeting");
  EXPECT_EQ(ErrorInfoOf(error.status())->reason, "NO_GREETING");
  const StatusError copy = error;  // NOLINT: a copy is what is tested
  EXPECT_STREQ(copy.what(), error.what());
  static_assert(std::is_nothrow_copy_constructible_v<StatusError>);
  static_assert(std::is_nothrow_copy_constructible_v<NotFoundError>);
}

TEST(StatusErrorTest, OkIsRefused) {
  EXPECT_THROW(StatusError{absl::OkStatus()}, OkIsNoError);
  EXPECT_THROW(StatusError(absl::StatusCode::kOk, "fine"), OkIsNoError);
  EXPECT_THROW(ThrowStatus(absl::OkStatus()), std::invalid_argument);
}

// I12: each code has words of its own, for whoever gives none.
TEST(StatusErrorTest, EachCodeHasADefaultText) {
  EXPECT_EQ(DefaultText(absl::StatusCode::kOk), "");
  std::set<std::string> texts;
  for (int code = 1; code < kCodes; ++code) {
    const StatusError error{Code(code)};
    EXPECT_EQ(error.code(), Code(code));
    EXPECT_EQ(error.message(), DefaultText(Code(code)));
    EXPECT_FALSE(error.message().empty());
    EXPECT_TRUE(texts.emplace(error.message()).second) << error.what();
  }
}

TEST(StatusErrorTest, ADefaultTextKeepsTheDetails) {
  const StatusError error(
      WithDetail(absl::AbortedError(""), ErrorInfo{.reason = "RACE"}));
  EXPECT_EQ(error.message(), DefaultText(absl::StatusCode::kAborted));
  EXPECT_EQ(ErrorInfoOf(error.status())->reason, "RACE");
}

template <class Error>
void IsCaughtByItsType(absl::StatusCode code) {
  EXPECT_EQ(Error().code(), code);
  EXPECT_EQ(Error().message(), DefaultText(code));
  EXPECT_EQ(Error("text").message(), "text");
  const absl::Status status =
      WithDetail(absl::Status(code, "thrown"), ErrorInfo{.reason = "WHY"});
  try {
    ThrowStatus(status);
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), status);
    return;
  } catch (...) {
  }
  ADD_FAILURE() << "is not thrown as its own type: " << status;
}

TEST(StatusErrorTest, EachCodeHasATypeOfItsOwn) {
  int code = 0;
  IsCaughtByItsType<CancelledError>(Code(++code));
  IsCaughtByItsType<UnknownError>(Code(++code));
  IsCaughtByItsType<InvalidArgumentError>(Code(++code));
  IsCaughtByItsType<DeadlineExceededError>(Code(++code));
  IsCaughtByItsType<NotFoundError>(Code(++code));
  IsCaughtByItsType<AlreadyExistsError>(Code(++code));
  IsCaughtByItsType<PermissionDeniedError>(Code(++code));
  IsCaughtByItsType<ResourceExhaustedError>(Code(++code));
  IsCaughtByItsType<FailedPreconditionError>(Code(++code));
  IsCaughtByItsType<AbortedError>(Code(++code));
  IsCaughtByItsType<OutOfRangeError>(Code(++code));
  IsCaughtByItsType<UnimplementedError>(Code(++code));
  IsCaughtByItsType<InternalError>(Code(++code));
  IsCaughtByItsType<UnavailableError>(Code(++code));
  IsCaughtByItsType<DataLossError>(Code(++code));
  IsCaughtByItsType<UnauthenticatedError>(Code(++code));
  EXPECT_EQ(code + 1, kCodes);
}

TEST(StatusErrorTest, TakesDetails) {
  const InvalidArgumentError error(
      "bad",
      ErrorInfo{.reason = "BAD_NAME"},
      BadRequest{.field_violations = {{.field = "name"}}});
  EXPECT_EQ(ErrorInfoOf(error.status())->reason, "BAD_NAME");
  EXPECT_EQ(BadRequestOf(error.status())->field_violations[0].field, "name");
}

const ErrorInfo kInfo{
    .reason = "NO_GREETING",
    .domain = "acme.com",
    .metadata = {{"name", "Ada"}, {"empty", ""}}};

TEST(ErrorDetailsTest, AreReadAsTheyWereWritten) {
  const BadRequest request{
      .field_violations = {
          {.field = "name", .description = "is empty", .reason = "EMPTY"}, {}}};
  const RetryInfo retry{.delay = 1500ms};
  const RequestInfo call{.request_id = "id-1", .serving_data = "pod-7"};
  const PreconditionFailure failure{
      .violations = {{.type = "TOS", .subject = "u/7", .description = "read"}}};
  const QuotaFailure quota{
      .violations = {{.subject = "u/7", .description = "calls"}, {}}};
  absl::Status status = absl::AbortedError("all");
  EXPECT_EQ(ErrorInfoOf(status), std::nullopt);
  status = WithDetail(status, kInfo);
  status = WithDetail(status, request);
  status = WithDetail(status, retry);
  status = WithDetail(status, call);
  status = WithDetail(status, failure);
  status = WithDetail(status, quota);
  EXPECT_EQ(ErrorInfoOf(status), kInfo);
  EXPECT_EQ(BadRequestOf(status), request);
  EXPECT_EQ(RetryInfoOf(status), retry);
  EXPECT_EQ(RequestInfoOf(status), call);
  EXPECT_EQ(PreconditionFailureOf(status), failure);
  EXPECT_EQ(QuotaFailureOf(status), quota);
}

TEST(ErrorDetailsTest, OkHasNone) {
  EXPECT_EQ(WithDetail(absl::OkStatus(), kInfo), absl::OkStatus());
}

TEST(ErrorDetailsTest, DelaysOfAllSizes) {
  for (const std::chrono::nanoseconds delay :
       {0ns, 1ns, 999'999'999ns, 1'000'000'000ns, -1ns, -1500'000'000ns}) {
    const absl::Status status =
        WithDetail(absl::AbortedError(""), RetryInfo{delay});
    EXPECT_EQ(RetryInfoOf(status), RetryInfo{delay}) << delay.count();
  }
  // retry_delay of 10^11 seconds, which no nanoseconds hold.
  absl::Status status = absl::AbortedError("");
  status.SetPayload(
      "type.googleapis.com/google.rpc.RetryInfo",
      absl::Cord("\x0a\x07\x08\x80\xd0\xdb\xc3\xf4\x02"));
  EXPECT_EQ(RetryInfoOf(status), std::nullopt);
}

// The bytes that protobuf makes of the same message.
TEST(ErrorDetailsTest, TheWireFormat) {
  const absl::Status status =
      WithDetail(absl::Status(Code(5), "m"), ErrorInfo{"R", "d", {{"k", "v"}}});
  EXPECT_EQ(
      std::string(
          *status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo")),
      "\x0a\x01R\x12\x01"
      "d\x1a\x06\x0a\x01k\x12\x01v");
}

TEST(ErrorDetailsTest, WhatIsNotUtf8IsMended) {
  const absl::Status status = WithDetail(
      absl::AbortedError(""),
      ErrorInfo{.reason = "a\xff\"b", .domain = "\xc3\xa4\n"});
  EXPECT_EQ(ErrorInfoOf(status)->reason, "a\xef\xbf\xbd\"b");
  EXPECT_EQ(ErrorInfoOf(status)->domain, "\xc3\xa4\n");
}

// I-B9: what goes over the wire.
TEST(RpcStatusTest, CarriesThePayloadsThatAreDetails) {
  absl::Status status = WithDetail(absl::AbortedError("text"), RetryInfo{1s});
  status.SetPayload("note of mine", absl::Cord("stays"));
  status.SetPayload(
      "acme.com/acme.Thing", absl::Cord(std::string("\0\xff", 2)));
  status = WithDetail(status, kInfo);
  const std::string bytes = rpc::EncodeStatus(status, "text");
  EXPECT_EQ(bytes.find("stays"), std::string::npos);
  // In a fixed order, the ErrorInfo first.
  EXPECT_LT(bytes.find("ErrorInfo"), bytes.find("acme.Thing"));
  EXPECT_LT(bytes.find("acme.Thing"), bytes.find("RetryInfo"));
  const absl::Status received =
      rpc::WithDetailsOf(bytes, absl::AbortedError("text"));
  EXPECT_EQ(ErrorInfoOf(received), kInfo);
  EXPECT_EQ(RetryInfoOf(received), RetryInfo{1s});
  EXPECT_EQ(
      std::string(*received.GetPayload("acme.com/acme.Thing")),
      std::string("\0\xff", 2));
}

TEST(RpcStatusTest, NotesAreNoDetails) {
  absl::Status status = absl::AbortedError("");
  EXPECT_FALSE(rpc::HasDetails(status));
  status.SetPayload("note", absl::Cord("stays"));
  EXPECT_FALSE(rpc::HasDetails(status));
  EXPECT_TRUE(rpc::HasDetails(WithDetail(status, kInfo)));
  EXPECT_FALSE(rpc::HasDetails(absl::OkStatus()));
}

TEST(RpcStatusTest, AboutAnotherCodeIsIgnored) {
  const std::string bytes =
      rpc::EncodeStatus(WithDetail(absl::AbortedError("text"), kInfo), "text");
  const absl::Status other = absl::NotFoundError("text");
  EXPECT_EQ(rpc::WithDetailsOf(bytes, other), other);
}

TEST(RpcStatusTest, MalformedBytesAreIgnored) {
  const absl::Status plain = absl::AbortedError("text");
  const std::string bytes = rpc::EncodeStatus(
      WithDetail(WithDetail(plain, kInfo), RetryInfo{1s}), "text");
  int parsed = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    const absl::Status status =
        rpc::WithDetailsOf(bytes.substr(0, size), plain);
    if (status != plain) ++parsed;
  }
  EXPECT_EQ(parsed, 1);  // at the end of the first detail
  for (const std::string& wrong :
       {std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        std::string("\x1a\xff\xff\xff\xff\x0f"),
        std::string("\x0b"),
        std::string(1, '\0'),
        std::string(10'000, 'x')}) {
    EXPECT_EQ(rpc::WithDetailsOf(wrong, plain), plain);
  }
}

TEST(RpcStatusTest, AnyBytesAreRead) {
  std::mt19937 random(7);
  const absl::Status plain = absl::AbortedError("text");
  const std::string bytes = rpc::EncodeStatus(
      WithDetail(WithDetail(plain, kInfo), RetryInfo{1s}), "text");
  for (int i = 0; i < 20'000; ++i) {
    std::string wrong = bytes;
    for (int j = 0; j < 3; ++j) {
      wrong[random() % wrong.size()] = static_cast<char>(random());
    }
    const absl::Status status = rpc::WithDetailsOf(wrong, plain);
    EXPECT_EQ(status.code(), plain.code());
    ErrorInfoOf(status);
    RetryInfoOf(status);
  }
}

// Fields of later versions are skipped.
TEST(RpcStatusTest, UnknownFieldsAreSkipped) {
  std::string bytes =
      rpc::EncodeStatus(WithDetail(absl::AbortedError("text"), kInfo), "text");
  bytes.insert(0, "\xa0\x06\x01");                        // 100: varint
  bytes.insert(0, std::string("\xa1\x06") + "12345678");  // fixed64
  bytes.insert(0, "\xa2\x06\x02hi");                      // bytes
  bytes.insert(0, std::string("\xa5\x06") + "1234");      // fixed32
  EXPECT_EQ(
      ErrorInfoOf(rpc::WithDetailsOf(bytes, absl::AbortedError("text"))),
      kInfo);
}

}  // namespace
}  // namespace hawkmount
