#ifndef HAWKMOUNT_OBSERVE_JSON_TEXT_H_
#define HAWKMOUNT_OBSERVE_JSON_TEXT_H_

#include <cstddef>
#include <string_view>

namespace hawkmount::observe {

// What a byte of text becomes at the most.
inline constexpr size_t kLongestEscape = 6;

// Writes a text as it stands between the quotes of JSON, to where there is room
// for kLongestEscape times its size. What is not UTF-8 is replaced. Returns the
// end.
char* WriteEscaped(std::string_view text, char* to);

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_JSON_TEXT_H_
