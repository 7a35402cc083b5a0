#ifndef HAWKMOUNT_PROTOC_COMMENTS_H_
#define HAWKMOUNT_PROTOC_COMMENTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace hawkmount::protoc {

// A schema's comment, as protoc hands it over, as lines that begin with "//":
// word for word, but without what could harm whoever compiles or reads them:
// what cannot be seen is spelled out, and a line that ends in a backslash gets
// a
// "//" behind it, lest it swallow the next one. Nothing for an empty comment.
std::string ToCppComment(absl::string_view comment);

// The same paragraphs with `last` as one more.
std::string WithParagraph(absl::string_view comment, absl::string_view last);

// A comment line in as many as it takes for none to be longer than `columns`,
// where words allow that. What follows is indented as the first is.
std::vector<std::string> WrapComment(absl::string_view line, size_t columns);

// In code points.
size_t WidthOf(absl::string_view text);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_COMMENTS_H_
