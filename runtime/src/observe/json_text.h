#ifndef HAWKMOUNT_OBSERVE_JSON_TEXT_H_
#define HAWKMOUNT_OBSERVE_JSON_TEXT_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hawkmount::observe {

// What a byte of text becomes at the most.
inline constexpr size_t kLongestEscape = 6;

namespace internal {

// Vectors of the language: each processor's own instructions.
using Bytes [[gnu::vector_size(16)]] = signed char;

// Whether all is ASCII that JSON takes as it is. Of 16 bytes or more.
inline bool IsPlain(std::string_view text) {
  Bytes high{};  // bytes above 0x1f; those above 0x7f are negative
  Bytes quoted{};
  high = ~high;
  const auto look = [&](const char* at) {
    Bytes bytes;
    std::memcpy(&bytes, at, sizeof(bytes));
    high &= bytes > 0x1f;
    quoted |= (bytes == '"') | (bytes == '\\');
  };
  // The last ones may overlap with those before.
  const char* last = text.data() + text.size() - sizeof(Bytes);
  for (const char* at = text.data(); at < last; at += sizeof(Bytes)) look(at);
  look(last);
  const auto halves = std::bit_cast<std::array<uint64_t, 2>>(quoted | ~high);
  return (halves[0] | halves[1]) == 0;
}

char* WriteEscapedSlowly(std::string_view text, char* to);

}  // namespace internal

// Writes a text as it stands between the quotes of JSON, to where there is room
// for kLongestEscape times its size. What is not UTF-8 is replaced. Returns the
// end.
inline char* WriteEscaped(std::string_view text, char* to) {
  if (text.size() < sizeof(internal::Bytes) || !internal::IsPlain(text))
      [[unlikely]] {
    return internal::WriteEscapedSlowly(text, to);
  }
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_JSON_TEXT_H_
