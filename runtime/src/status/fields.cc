#include "status/fields.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace hawkmount::rpc {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

namespace {

// The wire types that are in use.
constexpr uint32_t kVarint = 0;
constexpr uint32_t kFixed64 = 1;
constexpr uint32_t kDelimited = 2;
constexpr uint32_t kFixed32 = 5;

constexpr uint32_t kLongest = std::numeric_limits<int>::max();

constexpr int64_t kSecond = 1'000'000'000;

constexpr uint32_t Tag(int number, uint32_t type) {
  return static_cast<uint32_t>(number) << 3 | type;
}

struct MapEntry {
  std::string key{};
  std::string value{};
};

template <class Visitor, Is<MapEntry> Struct>
void VisitFields(Visitor& visit, Struct& entry) {
  visit(1, entry.key);
  visit(2, entry.value);
}

// google.protobuf.Duration.
struct Duration {
  int64_t seconds = 0;
  int64_t nanos = 0;
};

template <class Visitor, Is<Duration> Struct>
void VisitFields(Visitor& visit, Struct& duration) {
  visit(1, duration.seconds);
  visit(2, duration.nanos);
}

bool Skip(CodedInputStream& from, uint32_t type) {
  uint64_t value;
  uint32_t size;
  switch (type) {
    case kVarint:
      return from.ReadVarint64(&value);
    case kFixed64:
      return from.Skip(8);
    case kDelimited:
      return from.ReadVarint32(&size) && size <= kLongest &&
             from.Skip(static_cast<int>(size));
    case kFixed32:
      return from.Skip(4);
    default:
      return false;  // a group: there are none
  }
}

}  // namespace

std::string ToUtf8(std::string_view text) {
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80;
  });
  if (ascii) return std::string(text);
  return nlohmann::json::parse(nlohmann::json(text).dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void FieldWriter::WriteDelimited(int number, std::string_view bytes) {
  to_.WriteTag(Tag(number, kDelimited));
  to_.WriteVarint32(static_cast<uint32_t>(bytes.size()));
  to_.WriteRaw(bytes.data(), static_cast<int>(bytes.size()));
}

void FieldWriter::operator()(int number, const std::string& text) {
  if (!text.empty()) WriteDelimited(number, ToUtf8(text));
}

void FieldWriter::operator()(int number, const Bytes& bytes) {
  if (!bytes.value.empty()) WriteDelimited(number, bytes.value);
}

void FieldWriter::operator()(int number, int64_t value) {
  if (value == 0) return;
  to_.WriteTag(Tag(number, kVarint));
  to_.WriteVarint64(static_cast<uint64_t>(value));
}

void FieldWriter::operator()(int number, std::chrono::nanoseconds duration) {
  const int64_t count = duration.count();
  WriteDelimited(number, Encode(Duration{count / kSecond, count % kSecond}));
}

void FieldWriter::operator()(
    int number, const std::map<std::string, std::string>& map) {
  for (const auto& [key, value] : map) {
    WriteDelimited(number, Encode(MapEntry{key, value}));
  }
}

bool FieldReader::ReadDelimited(int number, std::string& bytes) {
  if (tag_ != Tag(number, kDelimited)) return false;
  known_ = true;
  uint32_t size;
  ok_ = from_.ReadVarint32(&size) && size <= kLongest &&
        from_.ReadString(&bytes, static_cast<int>(size));
  return ok_;
}

void FieldReader::operator()(int number, std::string& text) {
  ReadDelimited(number, text);
}

void FieldReader::operator()(int number, Bytes& bytes) {
  ReadDelimited(number, bytes.value);
}

void FieldReader::operator()(int number, int64_t& value) {
  if (tag_ != Tag(number, kVarint)) return;
  known_ = true;
  uint64_t read = 0;
  ok_ = from_.ReadVarint64(&read);
  value = static_cast<int64_t>(read);
}

void FieldReader::operator()(int number, std::chrono::nanoseconds& duration) {
  std::string bytes;
  if (!ReadDelimited(number, bytes)) return;
  Duration read;
  // More than 292 years do not fit, and are nobody's delay.
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / kSecond - 1;
  ok_ = Decode(bytes, read) && read.seconds <= kMost &&
        read.seconds >= -kMost && read.nanos < kSecond && read.nanos > -kSecond;
  if (!ok_) return;
  duration =
      std::chrono::seconds(read.seconds) + std::chrono::nanoseconds(read.nanos);
}

void FieldReader::operator()(
    int number, std::map<std::string, std::string>& map) {
  std::string bytes;
  if (!ReadDelimited(number, bytes)) return;
  MapEntry entry;
  ok_ = Decode(bytes, entry);
  if (ok_) map[std::move(entry.key)] = std::move(entry.value);
}

bool FieldReader::Finish() {
  if (!known_) ok_ = (tag_ >> 3) != 0 && Skip(from_, tag_ & 7);
  return ok_;
}

}  // namespace hawkmount::rpc
