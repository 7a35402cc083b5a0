#include "reflection/schema.h"

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "reflection/standard_protos.h"

namespace hawkmount::reflection {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptorProto;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

namespace {

// Protobuf looks up each prefix of a dotted name that it does not find: in time
// that grows with the square of its length, on the event thread.
constexpr size_t kMaxName = 1024;

// A file that cannot be built is not there: nothing is said of it.
class Silence final : public DescriptorPool::ErrorCollector {
 public:
  void AddError(
      const std::string&,
      const std::string&,
      const google::protobuf::Message*,
      ErrorLocation,
      const std::string&) override {}
};

class SilentTokenizer final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, int, const std::string&) override {}
};

// Whether a name is that of the file's package, or of one around it.
bool IsPackageOf(
    const google::protobuf::FileDescriptor& file, const std::string& name) {
  const std::string package = absl::StrCat(file.package(), ".");
  return package.compare(0, name.size() + 1, absl::StrCat(name, ".")) == 0;
}

}  // namespace

Schema::Schema(const std::vector<const codegen::ServiceEntry*>& shown)
    : pool_(DescriptorPool::generated_pool()) {
  for (const codegen::ServiceEntry* service : shown) {
    services_.emplace(service->name);
    for (const std::string_view name : service->serve_as) {
      services_.emplace(name);
    }
  }
  AddStandard(kHealthProto, "grpc.health.v1", "grpc/health/v1/health.proto");
  for (const char* version : {"v1", "v1alpha"}) {
    AddStandard(
        kReflectionProto,
        absl::StrCat("grpc.reflection.", version),
        absl::StrCat("grpc/reflection/", version, "/reflection.proto"));
  }
  for (const codegen::ServiceEntry* service : shown) {
    for (const std::string_view name : service->serve_as) {
      AddAlias(std::string(service->name), std::string(name));
    }
  }
}

const Schema::File* Schema::FileByName(const std::string& name) const {
  return pool_.FindFileByName(name);
}

const Schema::File* Schema::FileOf(const std::string& symbol) const {
  if (symbol.size() > kMaxName) return nullptr;
  const File* file = pool_.FindFileContainingSymbol(symbol);
  if (file == nullptr || IsPackageOf(*file, symbol)) return nullptr;
  const ServiceDescriptor* service = pool_.FindServiceByName(symbol);
  if (service == nullptr) {
    const MethodDescriptor* method = pool_.FindMethodByName(symbol);
    if (method != nullptr) service = method->service();
  }
  return service == nullptr || Shows(*service) ? file : nullptr;
}

const Schema::File* Schema::FileOfExtension(
    const std::string& type, int number) const {
  const auto* message = MessageOf(type);
  if (message == nullptr) return nullptr;
  const auto* extension = pool_.FindExtensionByNumber(message, number);
  return extension == nullptr ? nullptr : extension->file();
}

std::optional<std::vector<int>> Schema::ExtensionsOf(
    const std::string& type) const {
  const auto* message = MessageOf(type);
  if (message == nullptr) return std::nullopt;
  std::vector<const google::protobuf::FieldDescriptor*> extensions;
  pool_.FindAllExtensions(message, &extensions);
  std::vector<int> numbers;
  for (const auto* extension : extensions) {
    numbers.push_back(extension->number());
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

void Schema::AddStandard(
    const char* text, const std::string& package, const std::string& name) {
  google::protobuf::io::ArrayInputStream input(
      text, static_cast<int>(std::string_view(text).size()));
  SilentTokenizer errors;
  google::protobuf::io::Tokenizer tokenizer(&input, &errors);
  FileDescriptorProto file;
  google::protobuf::compiler::Parser parser;
  parser.RecordErrorsTo(&errors);
  if (!parser.Parse(&tokenizer, &file)) return;
  file.set_name(name);
  file.set_package(package);
  file.clear_options();
  const std::string service =
      absl::StrCat(package, ".", file.service(0).name());
  if (pool_.FindServiceByName(service) != nullptr) return;
  Silence silence;
  pool_.BuildFileCollectingErrors(file, &silence);
}

// The service once more, in a file of its own that imports its messages.
void Schema::AddAlias(const std::string& service, const std::string& name) {
  const ServiceDescriptor* original = pool_.FindServiceByName(service);
  if (original == nullptr || pool_.FindServiceByName(name) != nullptr) return;
  std::set<std::string> imports;
  for (int i = 0; i < original->method_count(); ++i) {
    imports.insert(original->method(i)->input_type()->file()->name());
    imports.insert(original->method(i)->output_type()->file()->name());
  }
  FileDescriptorProto file;
  file.set_name(absl::StrCat("hawkmount/serve_as/", name, ".proto"));
  file.set_syntax("proto3");
  for (const std::string& import : imports) file.add_dependency(import);
  const size_t dot = name.rfind('.');
  if (dot != std::string::npos) file.set_package(name.substr(0, dot));
  auto& alias = *file.add_service();
  original->CopyTo(&alias);
  alias.set_name(name.substr(dot + 1));  // npos + 1 is 0
  alias.clear_options();
  Silence silence;
  pool_.BuildFileCollectingErrors(file, &silence);
}

const google::protobuf::Descriptor* Schema::MessageOf(
    const std::string& type) const {
  return type.size() > kMaxName ? nullptr : pool_.FindMessageTypeByName(type);
}

bool Schema::Shows(const ServiceDescriptor& service) const {
  return services_.count(service.full_name()) > 0;
}

}  // namespace hawkmount::reflection
