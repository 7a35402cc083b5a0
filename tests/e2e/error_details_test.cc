// Details of errors on their way from a handler to a client: with status codes
// and messages, in trailers that callers take.

#include "hawkmount/error_details.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "acting.h"
#include "hawkmount/status.h"

namespace e2e {
namespace {

using hawkmount::BadRequestOf;
using hawkmount::Context;
using hawkmount::ErrorInfo;
using hawkmount::ErrorInfoOf;
using hawkmount::RequestInfoOf;
using hawkmount::Style;

constexpr char kKey[] = "grpc-status-details-bin";

const ErrorInfo kInfo{
    .reason = "NO_GREETING",
    .domain = "acme.com",
    .metadata = {{"name", "Ada"}}};

bool Has(const hawkmount::ResponseMetadata& metadata, const std::string& key) {
  return std::any_of(
      metadata.trailing.begin(),
      metadata.trailing.end(),
      [&](const auto& pair) { return pair.first == key; });
}

class ErrorDetailsTest
    : public testing::TestWithParam<std::tuple<Style, std::string_view>> {
 protected:
  Style style() const { return std::get<0>(GetParam()); }
  std::string_view method() const { return std::get<1>(GetParam()); }
};

// I-B9: of statuses that are returned as of those that are thrown.
TEST_P(ErrorDetailsTest, ReachTheClient) {
  const hawkmount::BadRequest request{
      .field_violations = {{.field = "name", .description = "is empty"}}};
  const absl::Status status =
      WithDetail(WithDetail(absl::InvalidArgumentError("bad"), kInfo), request);
  bool throws = false;
  Stage stage(style(), [&](Context&) -> absl::Status {
    if (throws) throw hawkmount::InvalidArgumentError("bad", kInfo, request);
    return status;
  });
  EXPECT_EQ(stage.Call(method()), status);
  throws = true;
  const absl::Status thrown = stage.Call(method());
  EXPECT_EQ(thrown, status);
  EXPECT_EQ(ErrorInfoOf(thrown), kInfo);
  EXPECT_EQ(BadRequestOf(thrown), request);
}

// Where there is nothing to tell, nothing is sent.
TEST_P(ErrorDetailsTest, NoneIsSentWhereThereAreNone) {
  absl::Status status;
  Stage stage(
      style(),
      [&](Context&) { return status; },
      {.request_id = {.in_error_details = true}});
  absl::Status with_note = absl::AbortedError("noted");
  with_note.SetPayload("note of mine", absl::Cord("stays"));
  for (const absl::Status& each :
       {absl::OkStatus(), absl::NotFoundError("plain"), with_note}) {
    status = each;
    hawkmount::ResponseMetadata metadata;
    const absl::Status got = stage.Call(method(), &metadata);
    EXPECT_EQ(got, absl::Status(each.code(), each.message()));
    EXPECT_FALSE(Has(metadata, kKey));
  }
}

TEST_P(ErrorDetailsTest, TellTheRequestId) {
  absl::Status status = WithDetail(absl::AbortedError(""), kInfo);
  std::string id;
  Stage stage(
      style(),
      [&](Context& context) {
        id = context.request_id();
        return status;
      },
      {.request_id = {.in_error_details = true}});
  const absl::Status got = stage.Call(method());
  ASSERT_TRUE(RequestInfoOf(got).has_value());
  EXPECT_EQ(RequestInfoOf(got)->request_id, id);
  EXPECT_EQ(ErrorInfoOf(got), kInfo);
  const hawkmount::RequestInfo own{.request_id = "of mine"};
  status = WithDetail(status, own);
  EXPECT_EQ(RequestInfoOf(stage.Call(method())), own);
}

// As many bytes as callers take arrive; of more, the plain status does. With
// long messages and other trailers beside them, too.
TEST_P(ErrorDetailsTest, ThatAreTooLargeAreLeftOut) {
  size_t message = 0;
  size_t trailer = 0;
  size_t size = 0;
  Stage stage(style(), [&](Context& context) {
    if (trailer != 0) {
      EXPECT_TRUE(
          context.AddTrailingMetadata("mine", std::string(trailer, 't')).ok());
      EXPECT_TRUE(
          context.AddTrailingMetadata("mine-bin", std::string(trailer, '\0'))
              .ok());
    }
    return WithDetail(
        absl::AbortedError(std::string(message, 'm')),
        ErrorInfo{.reason = std::string(size, 'r')});
  });
  for (const auto& [message_size, trailer_size] :
       {std::pair<size_t, size_t>(0, 0), {1000, 0}, {10, 1000}}) {
    message = message_size;
    trailer = trailer_size;
    // The least that does not arrive.
    size_t fits = 0;
    size_t too_large = 8192;
    while (too_large - fits > 1) {
      size = (fits + too_large) / 2;
      const absl::Status status = stage.Call(method());
      EXPECT_EQ(status.code(), absl::StatusCode::kAborted) << size;
      EXPECT_EQ(status.message().size(), message);
      const auto info = ErrorInfoOf(status);
      EXPECT_EQ(info.value_or(ErrorInfo()).reason.size(), info ? size : 0);
      (info.has_value() ? fits : too_large) = size;
    }
    // Base64 makes four bytes of three.
    const size_t left = 8192 - 2 * message - 3 * trailer;
    EXPECT_GT(fits, left / 2);
    EXPECT_LT(too_large, 6144u);
  }
  const auto& lines = stage.Lines();
  EXPECT_EQ(
      std::count_if(
          lines.begin(),
          lines.end(),
          [&](const std::string& line) {
            return line.find("bytes of error details do not fit") != line.npos;
          }),
      1);
}

// What is cut off the message is cut off in the details, too: clients hold the
// two against each other. A letter that is not ASCII takes six bytes.
TEST_P(ErrorDetailsTest, AgreeWithAMessageThatIsCut) {
  std::string long_message;
  for (int i = 0; i < 1000; ++i) long_message += "\xc3\xa4";
  Stage stage(style(), [&](Context&) {
    return WithDetail(absl::AbortedError(long_message), kInfo);
  });
  hawkmount::ResponseMetadata metadata;
  const absl::Status status = stage.Call(method(), &metadata);
  EXPECT_EQ(status.message().size(), 2 * (4096 / 6));
  EXPECT_EQ(ErrorInfoOf(status), kInfo);
  const auto sent = std::find_if(
      metadata.trailing.begin(), metadata.trailing.end(), [](const auto& pair) {
        return pair.first == kKey;
      });
  ASSERT_NE(sent, metadata.trailing.end());
  EXPECT_EQ(
      std::count(sent->second.begin(), sent->second.end(), '\xa4'), 4096 / 6);
}

INSTANTIATE_TEST_SUITE_P(
    Calls,
    ErrorDetailsTest,
    testing::Combine(
        testing::Values(hawkmount::kBlocking, hawkmount::kCoroutine),
        testing::ValuesIn(kMethods)),
    [](const auto& info) {
      const bool blocking = std::get<0>(info.param) == hawkmount::kBlocking;
      return std::string(std::get<1>(info.param)) +
             (blocking ? "Blocking" : "Coroutine");
    });

}  // namespace
}  // namespace e2e
