#include "protoc-gen-hawkmount/read_symbols.h"

#include <google/protobuf/compiler/cpp/names.h>
#include <google/protobuf/descriptor.h>

#include <set>
#include <string>
#include <vector>

namespace hawkmount::protoc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::compiler::cpp::ClassName;

// Gathers the symbols of a file and of all that it imports.
class Gatherer {
 public:
  explicit Gatherer(const FileDescriptor& file) : files_{&file} {
    for (size_t next = 0; next < files_.size(); ++next) AddFile(*files_[next]);
  }

  Symbols symbols;

 private:
  void AddFile(const FileDescriptor& file) {
    symbols.AddPackage(file.package());
    for (int i = 0; i < file.message_type_count(); ++i) {
      AddMessage(*file.message_type(i));
    }
    for (int i = 0; i < file.enum_type_count(); ++i) {
      AddEnum("", *file.enum_type(i));
    }
    for (int i = 0; i < file.extension_count(); ++i) {
      symbols.Add(file.package(), file.extension(i)->name());
    }
    for (int i = 0; i < file.service_count(); ++i) {
      symbols.Add(file.package(), file.service(i)->name());
    }
    for (int i = 0; i < file.dependency_count(); ++i) {
      const FileDescriptor* imported = file.dependency(i);
      if (seen_.insert(imported).second) files_.push_back(imported);
    }
  }

  void AddMessage(const Descriptor& message) {
    symbols.Add(message.file()->package(), ClassName(&message));
    for (int i = 0; i < message.nested_type_count(); ++i) {
      AddMessage(*message.nested_type(i));
    }
    for (int i = 0; i < message.enum_type_count(); ++i) {
      const EnumDescriptor& nested = *message.enum_type(i);
      AddEnum(ClassName(&nested) + "_", nested);
    }
  }

  void AddEnum(const std::string& prefix, const EnumDescriptor& type) {
    symbols.Add(type.file()->package(), ClassName(&type));
    for (int i = 0; i < type.value_count(); ++i) {
      symbols.Add(type.file()->package(), prefix + type.value(i)->name());
    }
  }

  std::vector<const FileDescriptor*> files_;
  std::set<const FileDescriptor*> seen_;
};

}  // namespace

Symbols ReadSymbols(const FileDescriptor& file) {
  return Gatherer(file).symbols;
}

}  // namespace hawkmount::protoc
