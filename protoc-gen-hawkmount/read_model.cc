#include "protoc-gen-hawkmount/read_model.h"

#include <google/protobuf/compiler/cpp/names.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "protoc-gen-hawkmount/comments.h"
#include "protoc-gen-hawkmount/method_policy.h"
#include "protoc-gen-hawkmount/names.h"
#include "protoc-gen-hawkmount/read_options.h"
#include "protoc-gen-hawkmount/read_symbols.h"
#include "protoc-gen-hawkmount/redaction.h"
#include "protoc-gen-hawkmount/visible.h"

namespace hawkmount::protoc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using google::protobuf::compiler::cpp::ClassName;
using google::protobuf::compiler::cpp::QualifiedClassName;

template <class Element>
std::string CommentOf(const Element& element) {
  google::protobuf::SourceLocation place;
  element.GetSourceLocation(&place);
  const std::string comment = ToCppComment(place.leading_comments);
  if (!element.options().deprecated()) return comment;
  return WithParagraph(comment, "// Deprecated in the schema.");
}

std::vector<PlacedName> ServeAsOf(
    const ServiceDescriptor& descriptor,
    const hawkmount::ServiceOptions& options,
    const ServicePolicy& policy) {
  std::vector<PlacedName> serve_as;
  const FieldPlace place = PlaceOfOptions(descriptor);
  for (int i = 0; i < options.serve_as_size(); ++i) {
    serve_as.push_back(
        {options.serve_as(i), place({options.kServeAsFieldNumber, i})});
  }
  serve_as.insert(
      serve_as.end(), policy.serve_as.begin(), policy.serve_as.end());
  return serve_as;
}

MethodKind KindOf(const MethodDescriptor& method) {
  constexpr MethodKind kKinds[2][2] = {
      {MethodKind::kUnary, MethodKind::kServerStream},
      {MethodKind::kClientStream, MethodKind::kBidiStream}};
  return kKinds[method.client_streaming()][method.server_streaming()];
}

std::string TypeOf(
    const Descriptor& message,
    const FileDescriptor& file,
    const MemberNames& members) {
  const std::string name = ClassName(&message);
  const bool plain =
      message.file()->package() == file.package() && !members.Hide(name);
  return plain ? name : QualifiedClassName(&message);
}

std::vector<MethodModel> MethodsOf(
    const ServiceDescriptor& service,
    MemberNames members,
    const ServicePolicy& policy,
    const ForAll& all,
    const Redaction& redaction,
    std::vector<std::string>& errors) {
  std::vector<MethodModel> methods(service.method_count());
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    methods[i].path = "/" + service.full_name() + "/" + method.name();
    methods[i].comment = CommentOf(method);
    methods[i].kind = KindOf(method);
    methods[i].deprecated = method.options().deprecated();
    methods[i].hooks = HooksOf(method, policy, all.switches);
    SpellLimits(LimitsOf(method, policy, all.limits, errors), methods[i]);
    SpellCallPolicy(
        CallPolicyOf(method, policy, all, errors),
        method.options().idempotency_level(),
        methods[i]);
    methods[i].policy.redacted = redaction.Of(method);
    members.Spell(method.name(), methods[i]);
  }
  // Any method's name can hide any type.
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    methods[i].request = TypeOf(*method.input_type(), *service.file(), members);
    methods[i].response =
        TypeOf(*method.output_type(), *service.file(), members);
  }
  return methods;
}

// A name that no rpc has is a mistake that would leave a switch where it is.
void CheckMethods(
    const ServiceDescriptor& service,
    const ServicePolicy& policy,
    std::vector<std::string>& errors) {
  std::vector<std::string> names;
  for (int i = 0; i < service.method_count(); ++i) {
    names.push_back(service.method(i)->name());
  }
  for (const auto& [name, method] : policy.methods) {
    if (service.FindMethodByName(name) != nullptr) continue;
    errors.push_back(absl::StrCat(
        method.place,
        ": ",
        service.full_name(),
        " has no rpc ",
        name,
        names.empty() ? ", nor any other" : "; it has ",
        absl::StrJoin(names, ", ")));
  }
}

ServiceModel ServiceOf(
    const ServiceDescriptor& descriptor,
    const Symbols& symbols,
    const ServicePolicy& policy,
    const Switches& observe,
    const Redaction& redaction,
    std::vector<std::string>& errors) {
  ServiceModel service;
  service.full_name = descriptor.full_name();
  service.comment = CommentOf(descriptor);
  if (service.comment.empty()) {
    service.comment = "// Serves " + service.full_name + ".";
  }
  service.deprecated = descriptor.options().deprecated();

  const hawkmount::ServiceOptions options = OptionsOf(descriptor);
  ForAll all = {.switches = observe};
  for (Switches* switches : {&all.switches, &all.said}) {
    Turn(options.observe(), *switches);
    Turn(policy.observe, *switches);
  }
  CheckMethods(descriptor, policy, errors);
  all.limits = ReadLimits(options, PlaceOfOptions(descriptor), errors);
  Override(policy.limits, all.limits);
  all.calls = ReadCallPolicy(options, PlaceOfOptions(descriptor), errors);
  Override(policy.calls, all.calls);

  const std::vector<PlacedName> serve_as =
      ServeAsOf(descriptor, options, policy);
  CheckServeAs(service.full_name, serve_as, errors);
  for (const PlacedName& name : serve_as) {
    service.serve_as.push_back(name.name);
  }

  SpellService(
      descriptor.name(),
      [&](const std::string& name) {
        return symbols.Have(descriptor.file()->package(), name);
      },
      service);
  service.methods = MethodsOf(
      descriptor, MemberNames(service), policy, all, redaction, errors);
  return service;
}

void CheckPackage(
    const FileDescriptor& file, std::vector<std::string>& errors) {
  for (absl::string_view part : absl::StrSplit(file.package(), '.')) {
    if (!IsKeyword(part)) continue;
    errors.push_back(absl::StrCat(
        PlaceOf(file, {FileDescriptorProto::kPackageFieldNumber}),
        ": package ",
        file.package(),
        ": \"",
        part,
        "\" is a keyword of C++, and protoc's own C++ code for such a package "
        "does not compile: rename that part"));
  }
}

}  // namespace

FileModel ReadModel(
    const FileDescriptor& file,
    const Policy& policy,
    const Switches& observe,
    std::vector<std::string>& errors) {
  if (!IsIncludable(file.name())) {
    errors.push_back(
        Visible(file.name()) +
        ":1:1: a file of this name cannot be included: it must be a relative "
        "path without \"..\", quotes, backslashes and control characters");
  }
  if (file.service_count() > 0) CheckPackage(file, errors);

  FileModel model;
  model.source = file.name();
  const std::string stem(WithoutExtension(file.name()));
  model.message_header = stem + ".pb.h";
  model.header = stem + ".hawkmount.pb.h";
  model.implementation = stem + ".hawkmount.pb.cc";
  model.testing_header = stem + ".hawkmount.testing.h";
  model.guard = GuardOf(file.name());
  model.cpp_namespace = absl::StrReplaceAll(file.package(), {{".", "::"}});

  const Symbols symbols = ReadSymbols(file);
  model.rooted = symbols.HideOurs(file.package());
  const ServicePolicy silence;
  const Redaction redaction(file, policy, errors);
  for (int i = 0; i < file.service_count(); ++i) {
    const ServiceDescriptor& service = *file.service(i);
    const auto found = policy.services.find(service.full_name());
    model.services.push_back(ServiceOf(
        service,
        symbols,
        found == policy.services.end() ? silence : found->second,
        observe,
        redaction,
        errors));
  }
  SpellFakes(
      [&](const std::string& name) {
        return symbols.Have(file.package(), name);
      },
      model.services);
  return model;
}

}  // namespace hawkmount::protoc
