#include "protoc-gen-hawkmount/comments.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

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

std::string Visible(absl::string_view line) {
  std::string visible;
  while (!line.empty()) {
    const Character first = FirstOf(line);
    const size_t size = first.size == 0 ? 1 : first.size;
    if (first.size == 0) {
      absl::StrAppendFormat(
          &visible, "<0x%02X>", static_cast<uint8_t>(line[0]));
    } else if (IsHidden(first.code)) {
      absl::StrAppendFormat(&visible, "<U+%04X>", first.code);
    } else {
      absl::StrAppend(&visible, line.substr(0, size));
    }
    line.remove_prefix(size);
  }
  return visible;
}

// A backslash there, or what once stood for one, would make the next line a
// part of the comment.
bool EndsInEscape(absl::string_view line) {
  return absl::EndsWith(line, "\\") || absl::EndsWith(line, "?\?/");
}

std::string ToCommentLine(absl::string_view line) {
  std::string text = Visible(absl::StrReplaceAll(line, {{"\t", "  "}}));
  absl::StripTrailingAsciiWhitespace(&text);
  // "/// text" of the schema's stays what it is.
  const bool spaced = text.empty() || text == "/" || text.front() == ' ' ||
                      absl::StartsWith(text, "/ ");
  if (EndsInEscape(text)) absl::StrAppend(&text, " //");
  return absl::StrCat(spaced ? "//" : "// ", text);
}

}  // namespace

std::string ToCppComment(absl::string_view comment) {
  const std::string plain = absl::StrReplaceAll(
      comment, {{"\r\n", "\n"}, {"\r", "\n"}, {"\f", " "}, {"\v", " "}});
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(plain, '\n')) {
    lines.push_back(ToCommentLine(line));
    if (lines.size() == 1 && lines.front() == "//") lines.pop_back();
  }
  while (!lines.empty() && lines.back() == "//") lines.pop_back();
  return absl::StrJoin(lines, "\n");
}

std::string WithParagraph(absl::string_view comment, absl::string_view last) {
  return absl::StrCat(comment, comment.empty() ? "" : "\n//\n", last);
}

std::vector<std::string> WrapComment(absl::string_view line, size_t columns) {
  const size_t slashes = absl::StartsWith(line, "/// ") ? 3 : 2;
  const size_t words = line.find_first_not_of(' ', slashes);
  if (words == line.npos) return {std::string(line)};
  const std::string prefix(line.substr(0, words));
  std::vector<std::string> lines = {prefix};
  for (absl::string_view word : absl::StrSplit(line.substr(words), ' ')) {
    const bool begins = lines.back().size() == prefix.size();
    const std::string longer =
        absl::StrCat(lines.back(), begins ? "" : " ", word);
    if (begins || WidthOf(longer) <= columns || EndsInEscape(lines.back())) {
      lines.back() = longer;
    } else {
      absl::StripTrailingAsciiWhitespace(&lines.back());
      lines.push_back(absl::StrCat(prefix, word));
    }
  }
  return lines;
}

size_t WidthOf(absl::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<uint8_t>(c) & 0xC0) != 0x80;
  });
}

}  // namespace hawkmount::protoc
