#include "engine/message.h"

#include <google/protobuf/io/zero_copy_stream.h>
#include <google/protobuf/message_lite.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/slice.h>

#include <climits>

namespace hawkmount::engine {
namespace {

// The slices of a received message, as protobuf wants to read them.
class SliceStream final : public google::protobuf::io::ZeroCopyInputStream {
 public:
  explicit SliceStream(grpc_byte_buffer_reader& reader) : reader_(reader) {}

  bool Next(const void** data, int* size) override {
    if (left_ == 0) {
      do {
        if (!grpc_byte_buffer_reader_peek(&reader_, &slice_)) return false;
      } while (GRPC_SLICE_LENGTH(*slice_) == 0);
      left_ = GRPC_SLICE_LENGTH(*slice_);
    }
    *data = GRPC_SLICE_END_PTR(*slice_) - left_;
    *size = static_cast<int>(left_);
    read_ += static_cast<int64_t>(left_);
    left_ = 0;
    return true;
  }

  void BackUp(int count) override {
    left_ = static_cast<size_t>(count);
    read_ -= count;
  }

  bool Skip(int count) override {
    const void* data;
    int size;
    while (count > 0 && Next(&data, &size)) {
      if (size > count) {
        BackUp(size - count);
        return true;
      }
      count -= size;
    }
    return count == 0;
  }

  int64_t ByteCount() const override { return read_; }

 private:
  grpc_byte_buffer_reader& reader_;
  grpc_slice* slice_ = nullptr;
  size_t left_ = 0;
  int64_t read_ = 0;
};

}  // namespace

bool Parse(grpc_byte_buffer* bytes, google::protobuf::MessageLite& message) {
  if (bytes->data.raw.compression == GRPC_COMPRESS_NONE &&
      bytes->data.raw.slice_buffer.count == 1) {
    const grpc_slice& slice = bytes->data.raw.slice_buffer.slices[0];
    return GRPC_SLICE_LENGTH(slice) <= INT_MAX &&
           message.ParseFromArray(
               GRPC_SLICE_START_PTR(slice),
               static_cast<int>(GRPC_SLICE_LENGTH(slice)));
  }
  grpc_byte_buffer_reader reader;
  if (!grpc_byte_buffer_reader_init(&reader, bytes)) return false;
  SliceStream stream(reader);
  const bool parsed = message.ParseFromZeroCopyStream(&stream);
  grpc_byte_buffer_reader_destroy(&reader);
  return parsed;
}

grpc_byte_buffer* Serialize(const google::protobuf::MessageLite& message) {
  const size_t size = message.ByteSizeLong();
  if (size > INT_MAX) return nullptr;
  grpc_slice slice = grpc_slice_malloc(size);
  message.SerializeWithCachedSizesToArray(GRPC_SLICE_START_PTR(slice));
  grpc_byte_buffer* bytes = grpc_raw_byte_buffer_create(&slice, 1);
  grpc_slice_unref(slice);
  return bytes;
}

}  // namespace hawkmount::engine
