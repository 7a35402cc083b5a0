#ifndef HAWKMOUNT_PROTOC_EMIT_H_
#define HAWKMOUNT_PROTOC_EMIT_H_

#include <string>

#include "protoc-gen-hawkmount/model.h"

namespace hawkmount::protoc {

// The text of the two generated files, and of the one for tests.
std::string EmitHeader(const FileModel& file);
std::string EmitSource(const FileModel& file);
std::string EmitTesting(const FileModel& file);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_EMIT_H_
