#ifndef HAWKMOUNT_INTERCEPTORS_PAYLOAD_TEXT_H_
#define HAWKMOUNT_INTERCEPTORS_PAYLOAD_TEXT_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace hawkmount::interceptors {

// A message as one line of protobuf's text format, without the content of the
// fields whose full names are `redacted` (sorted), of an Any, and of fields
// that the schema does not have. Printable ASCII. What does not go into
// `max_bytes` is "..." at the end.
std::string PayloadText(
    const google::protobuf::Message& message,
    std::span<const std::string_view> redacted,
    size_t max_bytes);

}  // namespace hawkmount::interceptors

#endif  // HAWKMOUNT_INTERCEPTORS_PAYLOAD_TEXT_H_
