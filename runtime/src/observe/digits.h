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
  using Bytes [[gnu::vector_size(8)]] = signed char;
  using Digits [[gnu::vector_size(16)]] = signed char;
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

// What has three digits, and a byte more.
inline constexpr auto kThreeDigits = [] {
  std::array<char, 4000> digits{};
  for (size_t i = 0; i < 1000; ++i) {
    digits[4 * i] = static_cast<char>('0' + i / 100);
    digits[4 * i + 1] = static_cast<char>('0' + i / 10 % 10);
    digits[4 * i + 2] = static_cast<char>('0' + i % 10);
  }
  return digits;
}();

// Three decimal digits, of a value below a thousand; writes a byte behind them.
inline char* WriteThreeDigits(uint32_t value, char* to) {
  std::memcpy(to, &kThreeDigits[4 * size_t{value}], 4);
  return to + 3;
}

// Six decimal digits, of a value below a million; writes a byte behind them.
inline char* WriteSixDigits(uint32_t value, char* to) {
  const uint32_t thousands = value / 1000;
  to = WriteThreeDigits(thousands, to);
  return WriteThreeDigits(value - 1000 * thousands, to);
}

// Nanoseconds as milliseconds with three decimals, at most 24 characters;
// writes a byte behind them.
inline char* WriteMilliseconds(uint64_t nanoseconds, char* to) {
  const uint64_t microseconds = (nanoseconds + 500) / 1000;
  const uint64_t whole = microseconds / 1000;
  if (whole < 10) {
    *to++ = static_cast<char>('0' + whole);
  } else {
    to = std::to_chars(to, to + 20, whole).ptr;
  }
  *to++ = '.';
  return WriteThreeDigits(
      static_cast<uint32_t>(microseconds - 1000 * whole), to);
}

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_DIGITS_H_
