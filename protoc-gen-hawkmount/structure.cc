#include "protoc-gen-hawkmount/structure.h"

#include "absl/strings/match.h"

namespace hawkmount::protoc {

Structure StructureOf(absl::string_view code) {
  Structure structure;
  int depth = 0;
  size_t open = 0;
  for (size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '"') {
      i = code.find('"', i + 1);
      if (i == code.npos) break;
    } else if (absl::StrContains("({<[", c)) {
      if (depth++ == 0) open = i;
    } else if (absl::StrContains(")}>]", c) && depth > 0) {
      if (--depth == 0 && i > open + 1) structure.groups.push_back({open, i});
    } else if (depth > 0) {
      continue;
    } else if (c == ',') {
      structure.commas.push_back(i);
    } else if (c == ' ') {
      structure.spaces.push_back(i);
    } else if (c == ':' && i > 1 && code[i - 1] == ':') {
      structure.scopes.push_back(i + 1);
    }
  }
  return structure;
}

std::vector<absl::string_view> EntriesOf(absl::string_view list) {
  std::vector<absl::string_view> entries;
  size_t begin = 0;
  for (const size_t comma : StructureOf(list).commas) {
    entries.push_back(list.substr(begin, comma - begin));
    begin = list.find_first_not_of(' ', comma + 1);
  }
  entries.push_back(list.substr(begin));
  return entries;
}

}  // namespace hawkmount::protoc
