#include "protoc-gen-hawkmount/read_options.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "absl/strings/str_cat.h"

namespace hawkmount::protoc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// Whether a file that imports `importer` sees what is in `wanted`.
bool Shows(const FileDescriptor& importer, const FileDescriptor& wanted) {
  if (&importer == &wanted) return true;
  for (int i = 0; i < importer.public_dependency_count(); ++i) {
    if (Shows(*importer.public_dependency(i), wanted)) return true;
  }
  return false;
}

// Whoever parsed the request may know our extensions or not, and in a schema
// that does not import them their number may be another's.
bool Imports(const FileDescriptor& file, const char* extension) {
  const FieldDescriptor* ours = file.pool()->FindExtensionByName(extension);
  if (ours == nullptr) return false;
  for (int i = 0; i < file.dependency_count(); ++i) {
    if (Shows(*file.dependency(i), *ours->file())) return true;
  }
  return false;
}

template <class Options>
Options Parsed(const Options& unread) {
  Options options;
  options.ParseFromString(unread.SerializeAsString());
  return options;
}

FieldPlace PlaceBelow(const FileDescriptor& file, std::vector<int> options) {
  return [&file, options](const std::vector<int>& path) {
    std::vector<int> whole = options;
    whole.insert(whole.end(), path.begin(), path.end());
    return PlaceOf(file, whole);
  };
}

}  // namespace

hawkmount::ServiceOptions OptionsOf(const ServiceDescriptor& service) {
  if (!Imports(*service.file(), "hawkmount.service")) return {};
  return Parsed(service.options()).GetExtension(hawkmount::service);
}

hawkmount::MethodOptions OptionsOf(const MethodDescriptor& method) {
  if (!Imports(*method.file(), "hawkmount.method")) return {};
  return Parsed(method.options()).GetExtension(hawkmount::method);
}

hawkmount::FieldOptions OptionsOf(const FieldDescriptor& field) {
  const auto& nothing = google::protobuf::FieldOptions::default_instance();
  if (&field.options() == &nothing ||
      !Imports(*field.file(), "hawkmount.field")) {
    return {};
  }
  return Parsed(field.options()).GetExtension(hawkmount::field);
}

std::string PlaceOf(const FileDescriptor& file, std::vector<int> path) {
  google::protobuf::SourceLocation place;
  while (!path.empty() && !file.GetSourceLocation(path, &place)) {
    path.pop_back();
  }
  if (path.empty()) return absl::StrCat(file.name(), ":1:1");
  return absl::StrCat(
      file.name(), ":", place.start_line + 1, ":", place.start_column + 1);
}

FieldPlace PlaceOfOptions(const ServiceDescriptor& service) {
  return PlaceBelow(
      *service.file(),
      {FileDescriptorProto::kServiceFieldNumber,
       service.index(),
       google::protobuf::ServiceDescriptorProto::kOptionsFieldNumber,
       hawkmount::kServiceFieldNumber});
}

FieldPlace PlaceOfOptions(const MethodDescriptor& method) {
  return PlaceBelow(
      *method.service()->file(),
      {FileDescriptorProto::kServiceFieldNumber,
       method.service()->index(),
       google::protobuf::ServiceDescriptorProto::kMethodFieldNumber,
       method.index(),
       google::protobuf::MethodDescriptorProto::kOptionsFieldNumber,
       hawkmount::kMethodFieldNumber});
}

}  // namespace hawkmount::protoc
