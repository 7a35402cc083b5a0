#ifndef HAWKMOUNT_PROTOC_READ_OPTIONS_H_
#define HAWKMOUNT_PROTOC_READ_OPTIONS_H_

#include <string>
#include <vector>

#include "hawkmount/options.pb.h"
#include "protoc-gen-hawkmount/place.h"

namespace google::protobuf {
class FieldDescriptor;
class FileDescriptor;
class MethodDescriptor;
class ServiceDescriptor;
}  // namespace google::protobuf

namespace hawkmount::protoc {

// Our options as a schema says them; none where it says nothing.
hawkmount::ServiceOptions OptionsOf(
    const google::protobuf::ServiceDescriptor& service);
hawkmount::MethodOptions OptionsOf(
    const google::protobuf::MethodDescriptor& method);
hawkmount::FieldOptions OptionsOf(
    const google::protobuf::FieldDescriptor& field);

// "file:line:column" of what `path` leads to, or of the nearest thing around
// it that has a place.
std::string PlaceOf(
    const google::protobuf::FileDescriptor& file, std::vector<int> path);

// The same for the options of a service, or of one of its methods, which must
// outlive what is returned.
FieldPlace PlaceOfOptions(const google::protobuf::ServiceDescriptor& service);
FieldPlace PlaceOfOptions(const google::protobuf::MethodDescriptor& method);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_READ_OPTIONS_H_
