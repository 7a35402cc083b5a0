#ifndef HAWKMOUNT_ENGINE_MESSAGE_H_
#define HAWKMOUNT_ENGINE_MESSAGE_H_

#include <grpc/byte_buffer.h>

#include <cstddef>

namespace google::protobuf {
class MessageLite;
}  // namespace google::protobuf

namespace hawkmount::engine {

// Messages of more bytes than this are not kept for the next call.
inline constexpr size_t kKeptMessageBytes = 64 * 1024;

// False when the bytes are not a message of that type. Leaves the bytes to the
// caller.
bool Parse(grpc_byte_buffer* bytes, google::protobuf::MessageLite& message);

// The caller destroys what it gets; null when the message has more bytes than
// protobuf can write (2 GiB).
grpc_byte_buffer* Serialize(const google::protobuf::MessageLite& message);

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_MESSAGE_H_
