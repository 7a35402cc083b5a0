#ifndef HAWKMOUNT_OBSERVE_DIGITS_H_
#define HAWKMOUNT_OBSERVE_DIGITS_H_

#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace hawkmount::observe {

// Numbers as text, written to where there is room for them: much cheaper than a
// formatter, which counts where each call has two lines. All return the end.

// 16 lower-case hex digits.
inline char* WriteHex(uint64_t value, char* to) {
  // Vectors of the language: each processor's own instructions.
  using Bytes [[gnu::vector_size(8)]] = uint8_t;
  using Digits [[gnu::vector_size(16)]] = uint8_t;
  const uint64_t ordered = std::endian::native == std::endian::little
                               ? __builtin_bswap64(value)
                               : value;
  constexpr uint64_t kLow = 0x0f0f0f0f0f0f0f0f;
  const uint64_t high_nibbles = ordered >> 4 & kLow;
  const uint64_t low_nibbles = ordered & kLow;
  const auto nibbles = __builtin_shufflevector(
      std::bit_cast<Bytes>(high_nibbles),
      std::bit_cast<Bytes>(low_nibbles),
      0,
      8,
      1,
      9,
      2,
      10,
      3,
      11,
      4,
      12,
      5,
      13,
      6,
      14,
      7,
      15);
  const auto letters = std::bit_cast<Digits>(nibbles > 9);
  const Digits digits = nibbles + '0' + (letters & ('a' - '0' - 10));
  std::memcpy(to, &digits, sizeof(digits));
  return to + sizeof(digits);
}

inline constexpr auto kDecimalPairs = [] {
  std::array<char, 200> pairs{};
  for (size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

// Two decimal digits, of a value below 100.
inline char* WriteTwoDigits(uint32_t value, char* to) {
  std::memcpy(to, &kDecimalPairs[2 * value], 2);
  return to + 2;
}

// Six decimal digits, of a value below a million.
inline char* WriteSixDigits(uint32_t value, char* to) {
  to = WriteTwoDigits(value / 10000, to);
  to = WriteTwoDigits(value / 100 % 100, to);
  return WriteTwoDigits(value % 100, to);
}

// Nanoseconds as milliseconds with three decimals, at most 24 characters.
inline char* WriteMilliseconds(uint64_t nanoseconds, char* to) {
  const uint64_t microseconds =
      nanoseconds / 1000 + (nanoseconds % 1000 >= 500);
  const uint64_t whole = microseconds / 1000;
  const auto rest = static_cast<uint32_t>(microseconds % 1000);
  if (whole < 10) {
    *to++ = static_cast<char>('0' + whole);
  } else {
    to = std::to_chars(to, to + 20, whole).ptr;
  }
  *to++ = '.';
  *to++ = static_cast<char>('0' + rest / 100);
  return WriteTwoDigits(rest % 100, to);
}

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_DIGITS_H_
