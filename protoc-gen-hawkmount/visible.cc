#include "protoc-gen-hawkmount/visible.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace hawkmount::protoc {
namespace {

// The character that `text` begins with, and of how many bytes it is; of 0
// when they are not UTF-8.
struct Character {
  uint32_t code;
  size_t size;
};

Character FirstOf(absl::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1};
  const size_t size = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < size) return {0, 0};
  uint32_t code = byte(0) & (0x7F >> size);
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 0};
    code = code << 6 | (byte(i) & 0x3F);
  }
  const bool overlong = (size == 3 && code < 0x800) ||
                        (size == 4 && (code < 0x10000 || code > 0x10FFFF));
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return overlong || surrogate ? Character{0, 0} : Character{code, size};
}

// Whether a reader would not see what it does: controls, line separators, and
// the marks that turn the direction of writing.
bool IsHidden(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x61C ||
         code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

}  // namespace

std::string Visible(absl::string_view text) {
  std::string visible;
  while (!text.empty()) {
    const Character first = FirstOf(text);
    const size_t size = first.size == 0 ? 1 : first.size;
    if (first.size == 0) {
      absl::StrAppendFormat(
          &visible, "<0x%02X>", static_cast<uint8_t>(text[0]));
    } else if (IsHidden(first.code)) {
      absl::StrAppendFormat(&visible, "<U+%04X>", first.code);
    } else {
      absl::StrAppend(&visible, text.substr(0, size));
    }
    text.remove_prefix(size);
  }
  return visible;
}

}  // namespace hawkmount::protoc
