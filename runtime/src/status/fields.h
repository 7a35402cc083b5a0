#ifndef HAWKMOUNT_STATUS_FIELDS_H_
#define HAWKMOUNT_STATUS_FIELDS_H_

// Structs in protobuf's wire format. For each there is a function that names
// its fields with their numbers, for both ways:
//
//   template <class Visitor, Is<ErrorInfo> Struct>
//   void VisitFields(Visitor& visit, Struct& info) {
//     visit(1, info.reason);
//
// Generated messages will not do: the whole process knows them by their names,
// and whoever else brings google.rpc along has the same.

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace hawkmount::rpc {

template <class Struct, class What>
concept Is = std::same_as<std::remove_const_t<Struct>, What>;

// A field of bytes; one of text is a std::string.
struct Bytes {
  std::string value{};
};

// Text as protobuf wants it: what is not UTF-8 is replaced.
std::string ToUtf8(std::string_view text);

// Writes fields, but for those that are empty.
class FieldWriter {
 public:
  explicit FieldWriter(google::protobuf::io::CodedOutputStream& to) : to_(to) {}

  void operator()(int number, const std::string& text);
  void operator()(int number, const Bytes& bytes);
  void operator()(int number, int64_t value);
  void operator()(int number, std::chrono::nanoseconds duration);
  void operator()(int number, const std::map<std::string, std::string>& map);
  template <class T>
  void operator()(int number, const std::vector<T>& list);

 private:
  void WriteDelimited(int number, std::string_view bytes);

  google::protobuf::io::CodedOutputStream& to_;
};

// Reads one field, whose tag was read before, where it is the one visited.
class FieldReader {
 public:
  FieldReader(google::protobuf::io::CodedInputStream& from, uint32_t tag)
      : from_(from), tag_(tag) {}

  void operator()(int number, std::string& text);
  void operator()(int number, Bytes& bytes);
  void operator()(int number, int64_t& value);
  void operator()(int number, std::chrono::nanoseconds& duration);
  void operator()(int number, std::map<std::string, std::string>& map);
  template <class T>
  void operator()(int number, std::vector<T>& list);

  // Skips the field if it was none of those visited. Whether it parsed.
  bool Finish();

 private:
  bool ReadDelimited(int number, std::string& bytes);

  google::protobuf::io::CodedInputStream& from_;
  const uint32_t tag_;
  bool known_ = false;
  bool ok_ = true;
};

template <class Struct>
std::string Encode(const Struct& value) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  {
    google::protobuf::io::CodedOutputStream coded(&stream);
    FieldWriter writer(coded);
    VisitFields(writer, value);
  }
  return bytes;
}

// False when the bytes are no such struct.
template <class Struct>
bool Decode(std::string_view bytes, Struct& value) {
  google::protobuf::io::CodedInputStream from(
      reinterpret_cast<const uint8_t*>(bytes.data()),
      static_cast<int>(bytes.size()));
  while (const uint32_t tag = from.ReadTag()) {
    FieldReader reader(from, tag);
    VisitFields(reader, value);
    if (!reader.Finish()) return false;
  }
  return from.ConsumedEntireMessage();
}

template <class T>
void FieldWriter::operator()(int number, const std::vector<T>& list) {
  for (const T& element : list) WriteDelimited(number, Encode(element));
}

template <class T>
void FieldReader::operator()(int number, std::vector<T>& list) {
  std::string bytes;
  if (ReadDelimited(number, bytes)) ok_ = Decode(bytes, list.emplace_back());
}

}  // namespace hawkmount::rpc

#endif  // HAWKMOUNT_STATUS_FIELDS_H_
