#include "observe/json_text.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

namespace hawkmount::observe {
namespace {

// Vectors of the language: each processor's own instructions.
using Bytes [[gnu::vector_size(16)]] = signed char;

Bytes BytesAt(const char* text) {
  Bytes bytes;
  std::memcpy(&bytes, text, sizeof(bytes));
  return bytes;
}

// Not zero where a byte is not printable ASCII that JSON takes as it is. Those
// above 0x7f are negative.
Bytes Special(Bytes bytes) {
  return (bytes < 0x20) | (bytes == '"') | (bytes == '\\') | (bytes == 0x7f);
}

bool IsPlain(std::string_view text) {
  Bytes special;
  if (text.size() < sizeof(Bytes)) {
    std::array<char, sizeof(Bytes)> padded;
    padded.fill(' ');
    std::memcpy(padded.data(), text.data(), text.size());
    special = Special(BytesAt(padded.data()));
  } else {
    // The last ones may overlap with those before.
    const char* last = text.data() + text.size() - sizeof(Bytes);
    special = Special(BytesAt(last));
    for (const char* at = text.data(); at < last; at += sizeof(Bytes)) {
      special |= Special(BytesAt(at));
    }
  }
  const auto halves = std::bit_cast<std::array<uint64_t, 2>>(special);
  return (halves[0] | halves[1]) == 0;
}

}  // namespace

char* WriteEscaped(std::string_view text, char* to) {
  if (text.empty()) return to;
  if (IsPlain(text)) {
    std::memcpy(to, text.data(), text.size());
    return to + text.size();
  }
  const std::string quoted = nlohmann::json(text).dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::memcpy(to, quoted.data() + 1, quoted.size() - 2);
  return to + quoted.size() - 2;
}

}  // namespace hawkmount::observe
