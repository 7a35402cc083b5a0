#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "hawkmount/status.h"
#include "observe/codes.h"

namespace hawkmount {
namespace {

// By code.
constexpr std::array<std::string_view, codegen::kStatusCodes> kDefaultTexts = {
    "",
    "the call was cancelled",
    "the server does not know what went wrong",
    "the request is not valid",
    "the call did not end in time",
    "what was asked for does not exist",
    "what was to be made exists already",
    "the caller may not do this",
    "there is no room left for this call",
    "the state of things does not allow this now",
    "something else came in between: start over",
    "the request goes beyond what there is",
    "the server cannot do this",
    "the server made a mistake",
    "the server cannot answer now: try again later",
    "data was lost or damaged",
    "the caller did not say who it is, or could not prove it"};

absl::Status WithText(absl::Status status) {
  if (status.ok()) throw OkIsNoError();
  if (!status.message().empty()) return status;
  const std::string_view text = DefaultText(status.code());
  absl::Status told(status.code(), absl::string_view(text.data(), text.size()));
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    told.SetPayload(type, payload);
  });
  return told;
}

}  // namespace

std::string_view DefaultText(absl::StatusCode code) {
  const auto index = static_cast<size_t>(code);
  return kDefaultTexts[index < kDefaultTexts.size() ? index : 2];
}

OkIsNoError::OkIsNoError()
    : std::invalid_argument("a StatusError cannot be made of OK: return it") {}

struct StatusError::Text {
  explicit Text(absl::Status given)
      : status(WithText(std::move(given))),
        what(absl::StrCat(
            std::string(observe::CodeName(status.code())),
            ": ",
            status.message())) {}

  const absl::Status status;
  const std::string what;
};

StatusError::StatusError(absl::Status status)
    : text_(std::make_shared<const Text>(std::move(status))) {}

absl::StatusCode StatusError::code() const noexcept {
  return text_->status.code();
}

std::string_view StatusError::message() const noexcept {
  const absl::string_view message = text_->status.message();
  return {message.data(), message.size()};
}

const absl::Status& StatusError::status() const noexcept {
  return text_->status;
}

const char* StatusError::what() const noexcept { return text_->what.c_str(); }

struct StatusThrower {
  template <size_t... kErrors>
  static void Throw(absl::Status& status, std::index_sequence<kErrors...>) {
    (ThrowIf<static_cast<absl::StatusCode>(kErrors + 1)>(status), ...);
  }

  template <absl::StatusCode kCode>
  static void ThrowIf(absl::Status& status) {
    if (status.code() == kCode) throw StatusErrorOf<kCode>(std::move(status));
  }
};

void ThrowStatus(absl::Status status) {
  StatusThrower::Throw(
      status, std::make_index_sequence<codegen::kStatusCodes - 1>());
  throw OkIsNoError();
}

}  // namespace hawkmount
