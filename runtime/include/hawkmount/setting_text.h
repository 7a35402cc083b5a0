#ifndef HAWKMOUNT_SETTING_TEXT_H_
#define HAWKMOUNT_SETTING_TEXT_H_

// What the text of a setting means, by the type that it is read into. A type of
// yours becomes one by a ParseSetting of its own, beside it in its namespace:
//
//   absl::Status ParseSetting(std::string_view text, Color& value);
//
// Each leaves `value` alone when the text is none: INVALID_ARGUMENT, with a
// message that follows on the text, as "is no color: red or green". It must
// not repeat the text, which may be a secret.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "hawkmount/observability.h"

namespace hawkmount {

// Any text, also none.
absl::Status ParseSetting(std::string_view text, std::string& value);
// true, 1, yes, on, false, 0, no, off, in any case; nothing else.
absl::Status ParseSetting(std::string_view text, bool& value);
// Decimal, finite.
absl::Status ParseSetting(std::string_view text, double& value);
// A number with its unit, or several: "100ms", "5s", "1.5h", "1h30m". The units
// are ns, us, ms, s, m and h; 0 needs none.
absl::Status ParseSetting(
    std::string_view text, std::chrono::nanoseconds& value);
// "json", "text".
absl::Status ParseSetting(std::string_view text, LogFormat& value);

// Whole numbers, decimal, within the type's range.
absl::Status ParseWholeSetting(
    std::string_view text, int64_t least, int64_t most, int64_t& value);
absl::Status ParseWholeSetting(
    std::string_view text, uint64_t least, uint64_t most, uint64_t& value);

// INVALID_ARGUMENT for a duration that a coarser unit does not hold.
absl::Status DurationTooFine();

// The items of a list: what stands between commas, without the space around it;
// empty ones are left out.
std::vector<std::string_view> SettingItems(std::string_view text);

template <class T>
concept WholeSetting =
    std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
    !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
    !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <WholeSetting T>
absl::Status ParseSetting(std::string_view text, T& value) {
  using Wide = std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>;
  Wide wide = 0;
  absl::Status status = ParseWholeSetting(
      text,
      Wide{std::numeric_limits<T>::min()},
      Wide{std::numeric_limits<T>::max()},
      wide);
  if (status.ok()) value = static_cast<T>(wide);
  return status;
}

// Durations of whole numbers of any unit.
template <std::integral Rep, class Period>
absl::Status ParseSetting(
    std::string_view text, std::chrono::duration<Rep, Period>& value) {
  using Duration = std::chrono::duration<Rep, Period>;
  std::chrono::nanoseconds exact{0};
  absl::Status status = ParseSetting(text, exact);
  if (!status.ok()) return status;
  const auto rounded = std::chrono::duration_cast<Duration>(exact);
  if (std::chrono::nanoseconds(rounded) != exact) return DurationTooFine();
  value = rounded;
  return status;
}

template <class T>
absl::Status ParseSetting(std::string_view text, std::vector<T>& value);

template <class T>
absl::Status ParseSetting(std::string_view text, std::optional<T>& value) {
  T held{};
  absl::Status status = ParseSetting(text, held);
  if (status.ok()) value = std::move(held);
  return status;
}

// "a,b,c": see SettingItems. A bad item makes a bad list.
template <class T>
absl::Status ParseSetting(std::string_view text, std::vector<T>& value) {
  std::vector<T> items;
  for (const std::string_view item : SettingItems(text)) {
    T held{};
    if (absl::Status status = ParseSetting(item, held); !status.ok()) {
      return status;
    }
    items.push_back(std::move(held));
  }
  value = std::move(items);
  return absl::OkStatus();
}

}  // namespace hawkmount

#endif  // HAWKMOUNT_SETTING_TEXT_H_
