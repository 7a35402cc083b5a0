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

// grpc_byte_buffer_length, at once for what most messages are: one slice.
inline size_t Length(grpc_byte_buffer* bytes) {
  const grpc_slice_buffer& slices = bytes->data.raw.slice_buffer;
  return bytes->data.raw.compression == GRPC_COMPRESS_NONE
             ? slices.length
             : grpc_byte_buffer_length(bytes);
}

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_MESSAGE_H_
