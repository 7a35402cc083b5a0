#include "reflection/service.h"

#include <google/protobuf/descriptor.pb.h>

#include <array>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "app/standard_service.h"
#include "reflection/reflection.hawkmount.pb.h"
#include "reflection/schema.h"

namespace hawkmount::reflection {
namespace {

constexpr std::string_view kNames[] = {
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection"};
constexpr std::array<Method, 1> kMethods = {Method{
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    MethodKind::kBidiStream}};

void SetError(
    absl::StatusCode code,
    const std::string& message,
    ServerReflectionResponse& response) {
  response.mutable_error_response()->set_error_code(static_cast<int>(code));
  response.mutable_error_response()->set_error_message(message);
}

// The answers on one stream, which repeat no import.
class Answers {
 public:
  explicit Answers(const Schema& schema) : schema_(schema) {}

  void Answer(
      const ServerReflectionRequest& request,
      ServerReflectionResponse& response) {
    response.Clear();
    response.set_valid_host(request.host());
    *response.mutable_original_request() = request;
    switch (request.message_request_case()) {
      case ServerReflectionRequest::kFileByFilename:
        return SetFile(
            schema_.FileByName(request.file_by_filename()),
            absl::StrCat("file \"", request.file_by_filename(), "\""),
            response);
      case ServerReflectionRequest::kFileContainingSymbol:
        return SetFile(
            schema_.FileOf(request.file_containing_symbol()),
            absl::StrCat("symbol \"", request.file_containing_symbol(), "\""),
            response);
      case ServerReflectionRequest::kFileContainingExtension: {
        const ExtensionRequest& extension = request.file_containing_extension();
        return SetFile(
            schema_.FileOfExtension(
                extension.containing_type(), extension.extension_number()),
            absl::StrCat(
                "extension ",
                extension.extension_number(),
                " of \"",
                extension.containing_type(),
                "\""),
            response);
      }
      case ServerReflectionRequest::kAllExtensionNumbersOfType:
        return SetExtensions(request.all_extension_numbers_of_type(), response);
      case ServerReflectionRequest::kListServices:
        for (const std::string& name : schema_.services()) {
          response.mutable_list_services_response()->add_service()->set_name(
              name);
        }
        return;
      case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
        break;
    }
    SetError(
        absl::StatusCode::kUnimplemented,
        "the request asks for nothing that is known here",
        response);
  }

 private:
  void SetFile(
      const Schema::File* file,
      const std::string& what,
      ServerReflectionResponse& response) {
    if (file == nullptr) {
      return SetError(
          absl::StatusCode::kNotFound,
          absl::StrCat("there is no ", what, " here"),
          response);
    }
    auto& files = *response.mutable_file_descriptor_response();
    std::set<const Schema::File*> seen = {file};
    std::deque<const Schema::File*> next = {file};
    while (!next.empty()) {
      const Schema::File& current = *next.front();
      next.pop_front();
      // What was asked for is told again.
      if (sent_.insert(&current).second || &current == file) {
        google::protobuf::FileDescriptorProto proto;
        current.CopyTo(&proto);
        proto.SerializeToString(files.add_file_descriptor_proto());
      }
      for (int i = 0; i < current.dependency_count(); ++i) {
        const Schema::File* import = current.dependency(i);
        if (import != nullptr && seen.insert(import).second) {
          next.push_back(import);
        }
      }
    }
  }

  void SetExtensions(
      const std::string& type, ServerReflectionResponse& response) {
    const std::optional<std::vector<int>> numbers = schema_.ExtensionsOf(type);
    if (!numbers.has_value()) {
      return SetError(
          absl::StatusCode::kNotFound,
          absl::StrCat("there is no type \"", type, "\" here"),
          response);
    }
    auto& answer = *response.mutable_all_extension_numbers_response();
    answer.set_base_type_name(type);
    for (const int number : *numbers) answer.add_extension_number(number);
  }

  const Schema& schema_;
  std::set<const Schema::File*> sent_;
};

}  // namespace

class Service::Handler final : public ServerReflectionHandler {
 public:
  explicit Handler(const std::vector<const Mount*>& shown)
      : service_(ServerReflectionMount(*this).service(), kMethods, kNames),
        mount_(
            service_.entry(),
            static_cast<ServerReflectionHandler*>(this),
            {kCoroutine}),
        schema_(Entries(shown)) {}

  const Mount& mount() const { return mount_; }

  Task ServerReflectionInfoAsync(
      ServerReflectionInfoContext&,
      ServerReflectionInfoAsyncStream& stream) override {
    Answers answers(schema_);
    ServerReflectionRequest request;
    ServerReflectionResponse response;
    while (co_await stream.Read(request)) {
      answers.Answer(request, response);
      const bool written = co_await stream.Write(response);
      if (!written) break;
    }
    co_return absl::OkStatus();
  }

 private:
  std::vector<const codegen::ServiceEntry*> Entries(
      const std::vector<const Mount*>& shown) const {
    std::vector<const codegen::ServiceEntry*> entries = {&service_.entry()};
    for (const Mount* mount : shown) entries.push_back(&mount->service());
    return entries;
  }

  const app::StandardService<kMethods.size()> service_;
  const app::StandardMount mount_;
  const Schema schema_;
};

Service::Service(const std::vector<const Mount*>& shown)
    : handler_(std::make_unique<Handler>(shown)) {}
Service::~Service() = default;

const Mount& Service::mount() const { return handler_->mount(); }

}  // namespace hawkmount::reflection
