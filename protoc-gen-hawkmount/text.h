#ifndef HAWKMOUNT_PROTOC_TEXT_H_
#define HAWKMOUNT_PROTOC_TEXT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace hawkmount::protoc {

// What the holes of a template are filled with, by name.
using Holes = std::vector<std::pair<absl::string_view, std::string>>;

// Fills a template, a raw string that looks like what it prints:
//
//   constexpr char kClass[] = R"(
//   $comment$
//   class $Name$ {
//    public:
//     $members$
//   };
//   )";
//
// * The line break after `R"(` is not part of it.
// * `$Name$` inside a line is replaced.
// * `$members$` alone on a line takes any number of lines and indents them as
//   it is indented itself. When it has none, the line vanishes, and with it a
//   blank line behind it, or before it where a brace closes.
// * A line that ends in a backslash goes on in the next one, without that one's
//   indentation. Layout (layout.h) breaks what is too long.
//
// Values are never looked into: a `$` or a backslash of a schema's is just
// that. A hole without a value, or without its second `$`, is a mistake in this
// program, which ends there and says which.
std::string Fill(absl::string_view text, const Holes& holes);

// Says "::hawkmount::" for "hawkmount::", and so for absl and std, in all that
// is no comment: for schemas that have scopes of these names.
std::string Rooted(absl::string_view code);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_TEXT_H_
