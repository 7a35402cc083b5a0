#include "interceptors/payload_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace hawkmount::interceptors {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::string_view kRedacted = "[REDACTED]";

class Writer {
 public:
  Writer(std::span<const std::string_view> redacted, size_t max_bytes)
      : redacted_(redacted), max_bytes_(max_bytes) {}

  void WriteMessage(const Message& message) {
    const Reflection& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    const bool is_any =
        message.GetDescriptor()->full_name() == "google.protobuf.Any";
    for (const FieldDescriptor* field : fields) {
      if (full()) return;
      const bool hidden =
          IsRedacted(*field) ||
          (is_any && field->type() == FieldDescriptor::TYPE_BYTES);
      if (hidden) {
        Begin(*field);
        Append(": ");
        Append(kRedacted);
      } else if (field->is_repeated()) {
        const int size = reflection.FieldSize(message, field);
        for (int i = 0; i < size && !full(); ++i) {
          WriteField(message, reflection, *field, i);
        }
      } else {
        WriteField(message, reflection, *field, -1);
      }
    }
    const int unknown = reflection.GetUnknownFields(message).field_count();
    if (unknown > 0) {
      Append(text_.empty() ? "" : " ");
      Append(absl::StrCat("[", unknown, " unknown]"));
    }
  }

  std::string Take() {
    if (full()) {
      text_.resize(max_bytes_);
      text_ += "...";
    }
    return std::move(text_);
  }

 private:
  bool full() const { return text_.size() > max_bytes_; }

  void Append(std::string_view text) { text_ += text; }

  bool IsRedacted(const FieldDescriptor& field) const {
    return std::ranges::binary_search(
        redacted_, std::string_view(field.full_name()));
  }

  void Begin(const FieldDescriptor& field) {
    if (!text_.empty()) text_ += ' ';
    if (field.is_extension()) {
      absl::StrAppend(&text_, "[", field.full_name(), "]");
    } else {
      text_ += field.name();
    }
  }

  // Of a repeated field, the element at `index`.
  void WriteField(
      const Message& message,
      const Reflection& reflection,
      const FieldDescriptor& field,
      int index) {
    Begin(field);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Append(" {");
      WriteMessage(
          index < 0 ? reflection.GetMessage(message, &field)
                    : reflection.GetRepeatedMessage(message, &field, index));
      Append(" }");
      return;
    }
    Append(": ");
    WriteValue(message, reflection, field, index);
  }

  void WriteValue(
      const Message& message,
      const Reflection& reflection,
      const FieldDescriptor& field,
      int index) {
    const auto get = [&](auto one, auto of_many) {
      return index < 0 ? (reflection.*one)(message, &field)
                       : (reflection.*of_many)(message, &field, index);
    };
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return AppendNumber(
            get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32));
      case FieldDescriptor::CPPTYPE_INT64:
        return AppendNumber(
            get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64));
      case FieldDescriptor::CPPTYPE_UINT32:
        return AppendNumber(
            get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32));
      case FieldDescriptor::CPPTYPE_UINT64:
        return AppendNumber(
            get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return AppendNumber(
            get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return AppendNumber(
            get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat));
      case FieldDescriptor::CPPTYPE_BOOL:
        return Append(
            get(&Reflection::GetBool, &Reflection::GetRepeatedBool) ? "true"
                                                                    : "false");
      case FieldDescriptor::CPPTYPE_ENUM:
        return Append(
            get(&Reflection::GetEnum, &Reflection::GetRepeatedEnum)->name());
      case FieldDescriptor::CPPTYPE_STRING:
        return AppendText(message, reflection, field, index);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        break;
    }
  }

  template <class Number>
  void AppendNumber(Number number) {
    absl::StrAppend(&text_, number);
  }

  void AppendText(
      const Message& message,
      const Reflection& reflection,
      const FieldDescriptor& field,
      int index) {
    std::string copy;
    const std::string& value =
        index < 0 ? reflection.GetStringReference(message, &field, &copy)
                  : reflection.GetRepeatedStringReference(
                        message, &field, index, &copy);
    // No more of it than can be shown.
    const size_t room = max_bytes_ + 1 - std::min(max_bytes_, text_.size());
    text_ += '"';
    text_ += absl::CEscape(
        absl::string_view(value.data(), std::min(value.size(), room)));
    text_ += '"';
  }

  const std::span<const std::string_view> redacted_;
  const size_t max_bytes_;
  std::string text_;
};

}  // namespace

std::string PayloadText(
    const Message& message,
    std::span<const std::string_view> redacted,
    size_t max_bytes) {
  Writer writer(redacted, max_bytes);
  writer.WriteMessage(message);
  return writer.Take();
}

}  // namespace hawkmount::interceptors
