#include "hawkmount/setting_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace hawkmount {
namespace {

bool IsAnyOf(
    std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return absl::EqualsIgnoreCase(
        {text.data(), text.size()}, {word.data(), word.size()});
  });
}

// All of the text is a number that the type holds.
template <class Number>
bool IsNumber(std::string_view text, Number& value) {
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end;
}

template <class Number>
absl::Status ParseWhole(
    std::string_view text, Number least, Number most, Number& value) {
  Number number = 0;
  if (!IsNumber(text, number) || number < least || number > most) {
    return absl::InvalidArgumentError(
        absl::StrCat("is no whole number from ", least, " to ", most));
  }
  value = number;
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseSetting(std::string_view text, std::string& value) {
  value = std::string(text);
  return absl::OkStatus();
}

absl::Status ParseSetting(std::string_view text, bool& value) {
  const bool yes = IsAnyOf(text, {"true", "1", "yes", "on"});
  if (!yes && !IsAnyOf(text, {"false", "0", "no", "off"})) {
    return absl::InvalidArgumentError(
        "is neither true (true, 1, yes, on) nor false (false, 0, no, off)");
  }
  value = yes;
  return absl::OkStatus();
}

absl::Status ParseSetting(std::string_view text, double& value) {
  double number = 0;
  if (!IsNumber(text, number) || !std::isfinite(number)) {
    return absl::InvalidArgumentError("is no number");
  }
  value = number;
  return absl::OkStatus();
}

absl::Status ParseSetting(
    std::string_view text, std::chrono::nanoseconds& value) {
  absl::Duration duration;
  if (!absl::ParseDuration({text.data(), text.size()}, &duration)) {
    return absl::InvalidArgumentError(
        "is no duration: a number with its unit, as 100ms, 5s or 1h30m");
  }
  const std::chrono::nanoseconds exact = absl::ToChronoNanoseconds(duration);
  if (absl::FromChrono(exact) != duration) {
    return absl::InvalidArgumentError(
        "is no duration of whole nanoseconds that anything could wait for");
  }
  value = exact;
  return absl::OkStatus();
}

absl::Status ParseSetting(std::string_view text, LogFormat& value) {
  const bool json = text == "json";
  if (!json && text != "text") {
    return absl::InvalidArgumentError("is no log format: json or text");
  }
  value = json ? LogFormat::kJson : LogFormat::kText;
  return absl::OkStatus();
}

absl::Status ParseWholeSetting(
    std::string_view text, int64_t least, int64_t most, int64_t& value) {
  return ParseWhole(text, least, most, value);
}

absl::Status ParseWholeSetting(
    std::string_view text, uint64_t least, uint64_t most, uint64_t& value) {
  return ParseWhole(text, least, most, value);
}

absl::Status DurationTooFine() {
  return absl::InvalidArgumentError("is finer than the setting's unit");
}

std::vector<std::string_view> SettingItems(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  std::vector<std::string_view> items;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view item = text.substr(begin, end - begin);
    begin = end + 1;
    const size_t first = item.find_first_not_of(kSpace);
    if (first == std::string_view::npos) continue;
    const size_t last = item.find_last_not_of(kSpace);
    items.push_back(item.substr(first, last - first + 1));
  }
  return items;
}

}  // namespace hawkmount
