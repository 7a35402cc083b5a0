#ifndef HAWKMOUNT_PROTOC_NUMBER_TEXT_H_
#define HAWKMOUNT_PROTOC_NUMBER_TEXT_H_

#include <charconv>
#include <string>

namespace hawkmount::protoc {

// The shortest text that is the number again, also in C++.
inline std::string NumberOf(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value);
  return std::string(text, end.ptr);
}

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_NUMBER_TEXT_H_
