#ifndef HAWKMOUNT_SRC_REFLECTION_SCHEMA_H_
#define HAWKMOUNT_SRC_REFLECTION_SCHEMA_H_

#include <google/protobuf/descriptor.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hawkmount/codegen/service.h"

namespace hawkmount::reflection {

// The schemas that a server shows: all messages, enums and extensions of the
// program, as any of them may be in an Any or an extension, but no services
// besides those it was made for. Any thread.
//
// What it has is protobuf's generated pool, and in front of that what is
// missing there: the files of the standard services, as our own copies have
// other names, and of services under the names of (hawkmount.service).serve_as.
// Lite messages have no descriptors: services over them are listed and not
// found.
class Schema {
 public:
  using File = google::protobuf::FileDescriptor;

  // Entries outlive this.
  explicit Schema(const std::vector<const codegen::ServiceEntry*>& shown);
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  // Full names, in their order.
  const std::set<std::string>& services() const { return services_; }

  // Null for what is not there.
  const File* FileByName(const std::string& name) const;
  const File* FileOf(const std::string& symbol) const;
  const File* FileOfExtension(const std::string& type, int number) const;
  // Nothing for a type that is not there.
  std::optional<std::vector<int>> ExtensionsOf(const std::string& type) const;

 private:
  void AddStandard(
      const char* text, const std::string& package, const std::string& file);
  void AddAlias(const std::string& service, const std::string& name);
  const google::protobuf::Descriptor* MessageOf(const std::string& type) const;
  bool Shows(const google::protobuf::ServiceDescriptor& service) const;

  google::protobuf::DescriptorPool pool_;
  std::set<std::string> services_;
};

}  // namespace hawkmount::reflection

#endif  // HAWKMOUNT_SRC_REFLECTION_SCHEMA_H_
