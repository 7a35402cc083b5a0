#ifndef HAWKMOUNT_PROTOC_GENERATOR_H_
#define HAWKMOUNT_PROTOC_GENERATOR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace google::protobuf::compiler {
class CodeGeneratorRequest;
class CodeGeneratorResponse;
}  // namespace google::protobuf::compiler

namespace hawkmount::protoc {

// Answers what protoc asks. Mistakes of whoever wrote a schema or called protoc
// are an error in the response, all of them at once. An error that is returned
// means that the request itself is broken.
absl::Status Generate(
    const google::protobuf::compiler::CodeGeneratorRequest& request,
    google::protobuf::compiler::CodeGeneratorResponse& response);

// The same for the bytes that go over stdin and stdout.
absl::StatusOr<std::string> Generate(const std::string& request);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_GENERATOR_H_
