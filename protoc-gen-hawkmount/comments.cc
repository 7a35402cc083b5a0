#include "protoc-gen-hawkmount/comments.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "protoc-gen-hawkmount/visible.h"

namespace hawkmount::protoc {
namespace {

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
