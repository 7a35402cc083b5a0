#ifndef HAWKMOUNT_PROTOC_VISIBLE_H_
#define HAWKMOUNT_PROTOC_VISIBLE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace hawkmount::protoc {

// A line of text that hides nothing: control characters (line breaks too),
// those that turn the direction of writing, and bytes that are not UTF-8 are
// spelled out as <U+202E> or <0xFF>.
std::string Visible(absl::string_view text);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_VISIBLE_H_
