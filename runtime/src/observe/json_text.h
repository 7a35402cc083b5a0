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

// Not zero where a byte is not printable ASCII that JSON takes as it is. Those
// above 0x7f are negative.
inline Bytes SpecialAt(const char* text) {
  Bytes bytes;
  std::memcpy(&bytes, text, sizeof(bytes));
  return (bytes < 0x20) | (bytes == '"') | (bytes == '\\') | (bytes == 0x7f);
}

// Of 16 bytes or more.
inline bool IsPlain(std::string_view text) {
  // The last ones may overlap with those before.
  const char* last = text.data() + text.size() - sizeof(Bytes);
  Bytes special = SpecialAt(last);
  for (const char* at = text.data(); at < last; at += sizeof(Bytes)) {
    special |= SpecialAt(at);
  }
  const auto halves = std::bit_cast<std::array<uint64_t, 2>>(special);
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
