#ifndef HAWKMOUNT_PROTOC_STRUCTURE_H_
#define HAWKMOUNT_PROTOC_STRUCTURE_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"

namespace hawkmount::protoc {

// A pair of brackets that belong to each other.
struct Group {
  size_t open;
  size_t close;
};

// Where a line can be broken: what lies in no brackets and in no literal.
struct Structure {
  std::vector<Group> groups;  // the outermost ones that hold something
  std::vector<size_t> commas;
  std::vector<size_t> spaces;
  std::vector<size_t> scopes;  // of each "::", where the next name begins
};

Structure StructureOf(absl::string_view code);

// "a, b<c, d>" -> "a" and "b<c, d>"
std::vector<absl::string_view> EntriesOf(absl::string_view list);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_STRUCTURE_H_
