#ifndef HAWKMOUNT_PROTOC_READ_MODEL_H_
#define HAWKMOUNT_PROTOC_READ_MODEL_H_

#include <string>
#include <vector>

#include "protoc-gen-hawkmount/hooks.h"
#include "protoc-gen-hawkmount/model.h"
#include "protoc-gen-hawkmount/policy.h"

namespace google::protobuf {
class FileDescriptor;
}  // namespace google::protobuf

namespace hawkmount::protoc {

// Reads what a schema says: nothing behind this function sees a descriptor.
// `observe` holds where neither it nor the policy speaks of a hook.
// Mistakes of its author's are added to `errors`, all of them, as
// "file.proto:line:column: message"; the model is of no use then.
FileModel ReadModel(
    const google::protobuf::FileDescriptor& file,
    const Policy& policy,
    const Switches& observe,
    std::vector<std::string>& errors);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_READ_MODEL_H_
