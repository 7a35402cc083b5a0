#include "protoc-gen-hawkmount/generator.h"

#include <google/protobuf/compiler/plugin.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/io/coded_stream.h>

#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "protoc-gen-hawkmount/emit.h"
#include "protoc-gen-hawkmount/options.h"
#include "protoc-gen-hawkmount/policy.h"
#include "protoc-gen-hawkmount/read_model.h"
#include "protoc-gen-hawkmount/visible.h"

namespace hawkmount::protoc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using google::protobuf::compiler::CodeGeneratorRequest;
using google::protobuf::compiler::CodeGeneratorResponse;

absl::Status Broken(absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("this is no request of protoc's: ", Visible(why)));
}

// Keeps the first complaint about a set of descriptors: the others tend to
// follow from it.
class FirstError : public DescriptorPool::ErrorCollector {
 public:
  void AddError(
      const std::string& file,
      const std::string& element,
      const google::protobuf::Message*,
      ErrorLocation,
      const std::string& message) override {
    if (text.empty()) text = absl::StrCat(file, ": ", element, ": ", message);
  }

  std::string text;
};

absl::StatusOr<std::vector<const FileDescriptor*>> BuildFiles(
    const CodeGeneratorRequest& request, DescriptorPool& pool) {
  FirstError error;
  for (const auto& file : request.proto_file()) {
    if (pool.BuildFileCollectingErrors(file, &error) != nullptr) continue;
    return Broken(
        error.text.empty() ? file.name() + ": it imports itself" : error.text);
  }
  std::vector<const FileDescriptor*> files;
  std::set<std::string> seen;
  for (const std::string& name : request.file_to_generate()) {
    const FileDescriptor* file = pool.FindFileByName(name);
    if (file == nullptr) return Broken(absl::StrCat(name, " is not in it"));
    if (seen.insert(name).second) files.push_back(file);
  }
  if (files.empty()) return Broken("it names no file");
  return files;
}

void AddFile(
    const std::string& name,
    const std::string& content,
    CodeGeneratorResponse& response) {
  CodeGeneratorResponse::File* file = response.add_file();
  file->set_name(name);
  file->set_content(content);
}

}  // namespace

absl::Status Generate(
    const CodeGeneratorRequest& request, CodeGeneratorResponse& response) {
  response.set_supported_features(
      CodeGeneratorResponse::FEATURE_PROTO3_OPTIONAL);
  DescriptorPool pool;
  const auto files = BuildFiles(request, pool);
  if (!files.ok()) return files.status();

  const auto fail = [&response](const absl::Status& status) {
    response.set_error(std::string(status.message()));
    return absl::OkStatus();
  };
  const auto options = ParseOptions(request.parameter());
  if (!options.ok()) return fail(options.status());
  const absl::StatusOr<Policy> policy = options->policy_file.empty()
                                            ? Policy()
                                            : ReadPolicy(options->policy_file);
  if (!policy.ok()) return fail(policy.status());

  std::vector<std::string> errors;
  for (const FileDescriptor* file : *files) {
    const FileModel model = ReadModel(*file, *policy, options->observe, errors);
    if (!errors.empty()) continue;
    AddFile(model.header, EmitHeader(model), response);
    AddFile(model.implementation, EmitSource(model), response);
    if (options->testing) {
      AddFile(model.testing_header, EmitTesting(model), response);
    }
  }
  if (errors.empty()) return absl::OkStatus();
  response.clear_file();
  // What a policy gets wrong about a message is wrong in each file that imports
  // it.
  std::set<std::string> said;
  std::vector<std::string> once;
  for (const std::string& error : errors) {
    if (said.insert(error).second) once.push_back(error);
  }
  return fail(absl::InvalidArgumentError(absl::StrJoin(once, "\n")));
}

absl::StatusOr<std::string> Generate(const std::string& request) {
  if (request.size() > std::numeric_limits<int>::max()) {
    return Broken("it is longer than 2 GiB");
  }
  // Options of schemas stay unread here, so that an option of somebody else's
  // with the number of ours cannot spoil the whole request.
  const DescriptorPool no_extensions;
  google::protobuf::DynamicMessageFactory no_messages;
  google::protobuf::io::CodedInputStream input(
      reinterpret_cast<const uint8_t*>(request.data()),
      static_cast<int>(request.size()));
  input.SetExtensionRegistry(&no_extensions, &no_messages);
  CodeGeneratorRequest parsed;
  if (!parsed.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage()) {
    return Broken("it does not parse");
  }
  CodeGeneratorResponse response;
  const absl::Status status = Generate(parsed, response);
  if (!status.ok()) return status;
  return response.SerializeAsString();
}

}  // namespace hawkmount::protoc
