#ifndef HAWKMOUNT_PROTOC_LAYOUT_H_
#define HAWKMOUNT_PROTOC_LAYOUT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace hawkmount::protoc {

// Breaks the lines of generated code that are longer than 80 columns, where
// clang-format would with this project's .clang-format: a list lies on one
// line, or all of it on the next one, or one entry a line. Comments are broken
// between words. Knows the shapes that the templates print, not C++; a name
// that is longer than a line stays.
std::string Layout(absl::string_view code);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_LAYOUT_H_
