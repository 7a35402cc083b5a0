#include "protoc-gen-hawkmount/redaction.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/unknown_field_set.h>

#include "absl/strings/str_cat.h"
#include "protoc-gen-hawkmount/read_options.h"
#include "protoc-gen-hawkmount/visible.h"

namespace hawkmount::protoc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::UnknownField;

// FieldOptions.debug_redact, which the protobuf that this was built with may
// not know.
constexpr int kDebugRedact = 16;

bool SaysDebugRedact(const google::protobuf::FieldOptions& options) {
  const auto& unknown = options.GetReflection()->GetUnknownFields(options);
  bool redact = false;
  for (int i = 0; i < unknown.field_count(); ++i) {
    const UnknownField& field = unknown.field(i);
    if (field.number() == kDebugRedact &&
        field.type() == UnknownField::TYPE_VARINT) {
      redact = field.varint() != 0;
    }
  }
  return redact;
}

bool IsRedacted(const FieldDescriptor& field) {
  const hawkmount::FieldOptions ours = OptionsOf(field);
  return ours.has_redact() ? ours.redact() : SaysDebugRedact(field.options());
}

}  // namespace

Redaction::Redaction(
    const FileDescriptor& file,
    const Policy& policy,
    std::vector<std::string>& errors) {
  std::vector<const FileDescriptor*> files = {&file};
  std::set<const FileDescriptor*> seen = {&file};
  for (size_t next = 0; next < files.size(); ++next) {
    AddFile(*files[next]);
    for (int i = 0; i < files[next]->dependency_count(); ++i) {
      const FileDescriptor* imported = files[next]->dependency(i);
      if (seen.insert(imported).second) files.push_back(imported);
    }
  }
  CheckKinds(policy, errors);
  for (const auto& [name, message_policy] : policy.messages) {
    const auto found = messages_.find(name);
    if (found != messages_.end()) Obey(*found->second, message_policy, errors);
  }
}

void Redaction::CheckKinds(
    const Policy& policy, std::vector<std::string>& errors) const {
  for (const auto& [name, service] : policy.services) {
    if (messages_.count(name) == 0) continue;
    errors.push_back(
        absl::StrCat(service.place, ": ", name, " is a message, no service"));
  }
  for (const auto& [name, message] : policy.messages) {
    if (services_.count(name) == 0) continue;
    errors.push_back(
        absl::StrCat(message.place, ": ", name, " is a service, no message"));
  }
}

void Redaction::AddFile(const FileDescriptor& file) {
  for (int i = 0; i < file.service_count(); ++i) {
    services_.insert(file.service(i)->full_name());
  }
  for (int i = 0; i < file.message_type_count(); ++i) {
    AddMessage(*file.message_type(i));
  }
  for (int i = 0; i < file.extension_count(); ++i) AddField(*file.extension(i));
}

void Redaction::AddMessage(const Message& message) {
  messages_.emplace(message.full_name(), &message);
  for (int i = 0; i < message.field_count(); ++i) AddField(*message.field(i));
  for (int i = 0; i < message.extension_count(); ++i) {
    AddField(*message.extension(i));
  }
  for (int i = 0; i < message.nested_type_count(); ++i) {
    AddMessage(*message.nested_type(i));
  }
}

void Redaction::AddField(const Field& field) {
  if (IsRedacted(field)) redacted_.insert(&field);
  if (field.is_extension()) {
    extensions_[field.containing_type()].push_back(&field);
  }
}

void Redaction::Obey(
    const Message& message,
    const MessagePolicy& policy,
    std::vector<std::string>& errors) {
  if (message.options().map_entry()) {
    errors.push_back(absl::StrCat(
        policy.place,
        ": ",
        message.full_name(),
        " is what protoc makes of a map: name the message and the field that "
        "the map is in"));
    return;
  }
  for (const auto& [name, said] : policy.fields) {
    const Field* field = message.FindFieldByName(name);
    if (field == nullptr) {
      errors.push_back(absl::StrCat(
          said.place,
          ": ",
          message.full_name(),
          " has no field ",
          Visible(name)));
    } else if (said.value.has_redact() && said.value.redact()) {
      redacted_.insert(field);
    } else if (said.value.has_redact()) {
      redacted_.erase(field);
    }
  }
}

std::vector<std::string> Redaction::Of(
    const google::protobuf::MethodDescriptor& method) const {
  if (redacted_.empty()) return {};
  std::set<std::string> names;
  std::vector<const Message*> messages = {
      method.input_type(), method.output_type()};
  std::set<const Message*> seen(messages.begin(), messages.end());
  const auto add = [&](const Field& field) {
    if (redacted_.count(&field) > 0) {
      names.insert(field.full_name());
    } else if (
        field.message_type() != nullptr &&
        seen.insert(field.message_type()).second) {
      messages.push_back(field.message_type());
    }
  };
  for (size_t next = 0; next < messages.size(); ++next) {
    const Message& message = *messages[next];
    for (int i = 0; i < message.field_count(); ++i) add(*message.field(i));
    const auto extensions = extensions_.find(&message);
    if (extensions == extensions_.end()) continue;
    for (const Field* extension : extensions->second) add(*extension);
  }
  return {names.begin(), names.end()};
}

}  // namespace hawkmount::protoc
