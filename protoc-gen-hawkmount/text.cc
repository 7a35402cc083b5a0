#include "protoc-gen-hawkmount/text.h"

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace hawkmount::protoc {
namespace {

[[noreturn]] void Die(absl::string_view what, absl::string_view line) {
  const std::string message = absl::StrCat(
      "protoc-gen-hawkmount: ", what, " in the template line \"", line, "\"\n");
  std::fputs(message.c_str(), stderr);
  std::abort();
}

// Lines as the template means them, continued ones joined.
std::vector<std::string> LinesOf(absl::string_view text) {
  absl::ConsumePrefix(&text, "\n");
  absl::ConsumeSuffix(&text, "\n");
  std::vector<std::string> lines;
  bool continues = false;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (continues) line = absl::StripLeadingAsciiWhitespace(line);
    const bool goes_on = absl::ConsumeSuffix(&line, "\\");
    if (continues) {
      absl::StrAppend(&lines.back(), line);
    } else {
      lines.emplace_back(line);
    }
    continues = goes_on;
  }
  return lines;
}

const std::string& ValueOf(
    absl::string_view name, const Holes& holes, absl::string_view line) {
  for (const auto& [hole, value] : holes) {
    if (hole == name) return value;
  }
  Die(absl::StrCat("no value for $", name, "$"), line);
}

std::string FillLine(absl::string_view line, const Holes& holes) {
  std::string filled;
  absl::string_view rest = line;
  for (size_t open; (open = rest.find('$')) != rest.npos;) {
    const size_t close = rest.find('$', open + 1);
    if (close == rest.npos) Die("a $ without a second one", line);
    const absl::string_view name = rest.substr(open + 1, close - open - 1);
    absl::StrAppend(&filled, rest.substr(0, open), ValueOf(name, holes, line));
    rest.remove_prefix(close + 1);
  }
  absl::StrAppend(&filled, rest);
  return filled;
}

// Whether the line is one hole and nothing else but its indentation.
bool IsBlock(absl::string_view line) {
  line = absl::StripLeadingAsciiWhitespace(line);
  return line.size() > 2 && line.front() == '$' &&
         line.find('$', 1) == line.size() - 1;
}

// Each line of a block as far in as its first one.
std::string Indented(absl::string_view block) {
  const std::string indent(block.find_first_not_of(' '), ' ');
  const std::string separator = "\n" + indent;
  return absl::StrReplaceAll(
      absl::StrReplaceAll(block, {{"\n", separator}}),
      {{separator + "\n", "\n\n"}});
}

// Whether `code` has one of our namespaces at `at`, with nothing before it.
bool IsOurs(absl::string_view code, size_t at) {
  const char before = at == 0 ? ' ' : code[at - 1];
  if (absl::ascii_isalnum(before) || before == '_' || before == ':') {
    return false;
  }
  const absl::string_view rest = code.substr(at);
  return absl::StartsWith(rest, "absl::") || absl::StartsWith(rest, "std::") ||
         absl::StartsWith(rest, "hawkmount::");
}

std::string RootedLine(absl::string_view line) {
  std::string rooted;
  for (size_t i = 0; i < line.size(); ++i) {
    if (IsOurs(line, i)) rooted += "::";
    rooted += line[i];
  }
  return rooted;
}

}  // namespace

std::string Fill(absl::string_view text, const Holes& holes) {
  std::string filled;
  bool vanished = false;
  for (const std::string& line : LinesOf(text)) {
    // What vanished takes the blank line behind it along, or the one before it
    // where a brace closes.
    if (vanished && line.empty()) {
      vanished = false;
      continue;
    }
    if (vanished && absl::StrContains(line, "}") &&
        absl::EndsWith(filled, "\n\n")) {
      filled.pop_back();
    }
    const std::string value = FillLine(line, holes);
    vanished = IsBlock(line) && absl::StripAsciiWhitespace(value).empty();
    if (vanished) continue;
    absl::StrAppend(&filled, IsBlock(line) ? Indented(value) : value, "\n");
  }
  while (absl::EndsWith(filled, "\n")) filled.pop_back();
  return filled;
}

std::string Rooted(absl::string_view code) {
  std::string rooted;
  for (absl::string_view line : absl::StrSplit(code, '\n')) {
    if (!rooted.empty()) rooted += '\n';
    const bool is_comment =
        absl::StartsWith(absl::StripLeadingAsciiWhitespace(line), "//");
    absl::StrAppend(&rooted, is_comment ? std::string(line) : RootedLine(line));
  }
  return rooted;
}

}  // namespace hawkmount::protoc
