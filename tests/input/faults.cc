#include "faults.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace faults {
namespace {

class NoText final : public std::exception {
 public:
  const char* what() const noexcept override { return "\xff\xfe \" \n {}"; }
};

absl::Status AddPair(
    hawkmount::Context& context, std::string_view key, std::string_view value) {
  const absl::Status initial = context.AddInitialMetadata(key, value);
  const absl::Status trailing = context.AddTrailingMetadata(key, value);
  return initial.ok() ? trailing : initial;
}

// Trap 1 of this stack: gRPC 1.51 aborts the process on each of these.
absl::Status AddBadMetadata(hawkmount::Context& context) {
  const std::pair<std::string_view, std::string_view> bad[] = {
      {"", "value"},
      {"Upper", "value"},
      {"with space", "value"},
      {"new\nline", "value"},
      {":path", "value"},
      {"grpc-status", "0"},
      {"k\xc3\xa4y", "value"},
      {"key", "new\nline"},
      {"key", "\x7f"},
      {"key", "caf\xc3\xa9"},
      {"key", std::string_view("nul\0nul", 7)},
  };
  for (const auto& [key, value] : bad) {
    const absl::Status status = AddPair(context, key, value);
    if (!absl::IsInvalidArgument(status)) {
      return absl::InternalError("not refused: " + std::string(key));
    }
  }
  return AddPair(context, "good", "value");
}

std::string MillisecondsLeft(const hawkmount::Context& context) {
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return "none";
  const auto left = deadline - std::chrono::system_clock::now();
  return std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(left).count());
}

}  // namespace

std::string_view FaultOf(const hawkmount::Context& context) {
  return context.metadata().Find("fault").value_or("");
}

void Throw() { throw std::runtime_error("secret"); }

std::optional<absl::Status> StatusOfFault(hawkmount::Context& context) {
  const std::string_view fault = FaultOf(context);
  if (fault == "throw") Throw();
  if (fault == "throw-int") throw 7;
  if (fault == "throw-bytes") throw NoText();
  if (fault == "code-99") {
    return absl::Status(static_cast<absl::StatusCode>(99), "odd");
  }
  if (fault == "code--1") {
    return absl::Status(static_cast<absl::StatusCode>(-1), "odd");
  }
  if (fault == "long-message") {
    return absl::NotFoundError(std::string(1 << 20, 'm'));
  }
  if (fault == "long-text") {
    std::string text;
    for (int i = 0; i < 4000; ++i) text += "\xc3\xa4";
    return absl::NotFoundError(text);
  }
  if (fault == "bad-message") {
    return absl::NotFoundError(std::string("\xff\xfe\n\0 %41", 8));
  }
  if (fault == "bad-metadata") return AddBadMetadata(context);
  if (fault == "metadata") {
    const auto metadata = context.metadata();
    return AddPair(
        context,
        metadata.Find("key-bin").value_or(""),
        metadata.Find("value-bin").value_or(""));
  }
  return std::nullopt;
}

void TellThatItWaits(const hawkmount::Context& context) {
  context.logger().info("waiting {}", context.request_id());
}

std::string AnswerTo(const hawkmount::Context& context, std::string text) {
  const std::string_view fault = FaultOf(context);
  if (fault == "bad-utf8") return "\xff\xfe";
  if (fault == "huge") return std::string(6 << 20, 'h');
  if (fault == "deadline") return MillisecondsLeft(context);
  return text;
}

}  // namespace faults
