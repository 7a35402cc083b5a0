#include "protoc-gen-hawkmount/redaction.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

#include "protoc-gen-hawkmount/generator.h"
#include "schemas.h"

namespace hawkmount::protoc {
namespace {

using google::protobuf::compiler::CodeGeneratorRequest;
using google::protobuf::compiler::CodeGeneratorResponse;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RedactionTest : public testing::Test {
 protected:
  // Of the first method of a.proto's first service.
  std::vector<std::string> Redacted(
      const CodeGeneratorRequest& request, const std::string& policy) {
    const std::string path = directory_.Write("p.txt", policy);
    google::protobuf::DescriptorPool pool;
    for (const auto& file : request.proto_file()) pool.BuildFile(file);
    const auto read = ReadPolicy(path);
    EXPECT_TRUE(read.ok()) << read.status();
    const auto* file = pool.FindFileByName("a.proto");
    errors_.clear();
    const Redaction redaction(*file, *read, errors_);
    for (std::string& error : errors_) error = WithoutPath(error);
    return redaction.Of(*file->service(0)->method(0));
  }
  std::vector<std::string> Redacted(
      const Schemas& schemas, const std::string& policy = "") {
    return Redacted(RequestFor(schemas, "a.proto"), policy);
  }
  std::vector<std::string> Redacted(
      const std::string& schema, const std::string& policy = "") {
    return Redacted(
        Schemas{
            {"a.proto",
             "syntax = \"proto3\"; package a;\n"
             "import \"hawkmount/options.proto\";\n" +
                 schema}},
        policy);
  }
  std::string PolicyErrors(const std::string& policy) {
    const std::string path = directory_.Write("p.txt", policy);
    return WithoutPath(std::string(ReadPolicy(path).status().message()));
  }
  std::string WithoutPath(std::string text) const {
    const std::string path = directory_.Path("p.txt");
    for (size_t at; (at = text.find(path)) != text.npos;) {
      text.replace(at, path.size(), "FILE");
    }
    return text;
  }

  TemporaryDirectory directory_;
  std::vector<std::string> errors_;
};

constexpr char kUsers[] = R"(
    message Secret { string text = 1 [(hawkmount.field).redact = true]; }
    message User {
      string password = 1 [(hawkmount.field).redact = true];
      string name = 2 [(hawkmount.field).redact = false];
      User friend = 3;
      map<string, Secret> secrets = 4;
      oneof either { Inner inner = 5; string mail = 6; }
      message Inner { repeated bytes keys = 1 [(hawkmount.field).redact = true]; }
    }
    message Other { string hidden = 1 [(hawkmount.field).redact = true]; }
    message Nothing {}
)";

TEST_F(RedactionTest, FindsWhatRequestsAndResponsesCanHave) {
  const std::string users = kUsers;
  EXPECT_THAT(
      Redacted(users + "service S { rpc F(User) returns (Nothing); }"),
      ElementsAre("a.Secret.text", "a.User.Inner.keys", "a.User.password"));
  EXPECT_THAT(
      Redacted(users + "service S { rpc F(Nothing) returns (stream Other); }"),
      ElementsAre("a.Other.hidden"));
  EXPECT_THAT(
      Redacted(users + "service S { rpc F(Nothing) returns (Nothing); }"),
      IsEmpty());
}

TEST_F(RedactionTest, OfAMessageItIsAllOfIt) {
  EXPECT_THAT(
      Redacted("message Secret { string text = 1 [(hawkmount.field).redact = "
               "true]; }\n"
               "message M { Secret all = 1 [(hawkmount.field).redact = true]; "
               "map<string, Secret> map = 2 [(hawkmount.field).redact = true]; "
               "}\n"
               "service S { rpc F(M) returns (M); }"),
      ElementsAre("a.M.all", "a.M.map"));
}

TEST_F(RedactionTest, LooksIntoImportsAndExtensions) {
  EXPECT_THAT(
      Redacted(Schemas{
          {"c.proto",
           "syntax = \"proto2\"; package c;\n"
           "import \"hawkmount/options.proto\";\n"
           "message C {\n"
           "  optional string key = 1 [(hawkmount.field).redact = true];\n"
           "  optional group Part = 2 {\n"
           "    optional string pin = 1 [(hawkmount.field).redact = true];\n"
           "  }\n"
           "  extensions 100 to 200;\n"
           "}\n"
           "extend C { optional string e = 100 [(hawkmount.field).redact = "
           "true]; }\n"},
          {"b.proto",
           "syntax = \"proto3\"; package b; import \"c.proto\";\n"
           "message B { c.C c = 1; }\n"},
          {"a.proto",
           "syntax = \"proto3\"; package a; import \"b.proto\";\n"
           "service S { rpc F(b.B) returns (b.B); }\n"}}),
      ElementsAre("c.C.Part.pin", "c.C.key", "c.e"));
}

TEST_F(RedactionTest, ReadsProtobufsOwnDebugRedact) {
  CodeGeneratorRequest request = RequestFor(
      {{"a.proto",
        "syntax = \"proto3\"; package a;\n"
        "import \"hawkmount/options.proto\";\n"
        "message M {\n"
        "  string theirs = 1;\n"
        "  string ours = 2 [(hawkmount.field).redact = false];\n"
        "  string neither = 3;\n"
        "}\n"
        "service S { rpc F(M) returns (M); }\n"}},
      "a.proto");
  // As a newer protoc writes it.
  auto& message =
      *request.mutable_proto_file()->rbegin()->mutable_message_type(0);
  const auto redact = [&message](int field, int value) {
    auto* options = message.mutable_field(field)->mutable_options();
    options->GetReflection()->MutableUnknownFields(options)->AddVarint(
        16, value);
  };
  redact(0, 1);
  redact(1, 1);
  redact(2, 0);
  EXPECT_THAT(Redacted(request, ""), ElementsAre("a.M.theirs"));
}

TEST_F(RedactionTest, LeavesOthersOptionsWithOurNumberAlone) {
  CodeGeneratorRequest request = RequestFor(
      {{"a.proto",
        "syntax = \"proto3\"; package a;\n"
        "import \"google/protobuf/descriptor.proto\";\n"
        "message Theirs { bool on = 1; }\n"
        "extend google.protobuf.FieldOptions { Theirs theirs = 50517; }\n"
        "message M { string text = 1 [(theirs).on = true]; }\n"
        "service S { rpc F(M) returns (M); }\n"}},
      "a.proto");
  // Somebody else in the same request knows ours.
  const CodeGeneratorRequest other = RequestFor(
      {{"b.proto", "syntax = \"proto3\"; import \"hawkmount/options.proto\";"}},
      "b.proto");
  for (const auto& file : other.proto_file()) {
    if (file.name() != "google/protobuf/descriptor.proto") {
      *request.add_proto_file() = file;
    }
  }
  EXPECT_THAT(Redacted(request, ""), IsEmpty());
}

TEST_F(RedactionTest, SeesOurOptionsThroughPublicImports) {
  EXPECT_THAT(
      Redacted(Schemas{
          {"b.proto",
           "syntax = \"proto3\"; "
           "import public \"hawkmount/options.proto\";"},
          {"c.proto", "syntax = \"proto3\"; import public \"b.proto\";"},
          {"a.proto",
           "syntax = \"proto3\"; package a; import \"c.proto\";\n"
           "message M { string text = 1 [(hawkmount.field).redact = true]; }\n"
           "service S { rpc F(M) returns (M); }\n"}}),
      ElementsAre("a.M.text"));
}

TEST_F(RedactionTest, APolicyCountsMoreThanTheSchema) {
  EXPECT_THAT(
      Redacted(
          std::string(kUsers) + "service S { rpc F(User) returns (Nothing); }",
          "message {\n"
          "  name: \"a.User\"\n"
          "  field { name: \"name\" options { redact: true } }\n"
          "  field { name: \"password\" options { redact: false } }\n"
          "  field { name: \"mail\" }\n"
          "  field { name: \"secrets\" options { redact: true } }\n"
          "}\n"
          "message { name: \"other.User\" field { name: \"name\" } }\n"),
      ElementsAre("a.User.Inner.keys", "a.User.name", "a.User.secrets"));
  EXPECT_THAT(errors_, IsEmpty());
}

TEST_F(RedactionTest, RefusesFieldsThatAMessageDoesNotHave) {
  Redacted(
      std::string(kUsers) + "service S { rpc F(User) returns (Nothing); }",
      "message {\n"
      "  name: \"a.User\"\n"
      "  field { name: \"pasword\" options { redact: true } }\n"
      "}\n"
      "message {\n"
      "  name: \"a.User.SecretsEntry\"\n"
      "  field { name: \"key\" options { redact: true } }\n"
      "}\n"
      "message { name: \"a.Nothing\" field { name: \"a\\nb\" } }\n");
  EXPECT_THAT(
      errors_,
      ElementsAre(
          "FILE:9:29: a.Nothing has no field a<U+000A>b",
          "FILE:3:3: a.User has no field pasword",
          "FILE:5:1: a.User.SecretsEntry is what protoc makes of a map: name "
          "the message and the field that the map is in"));
}

TEST_F(RedactionTest, RefusesEntriesWithoutANameOrTwice) {
  EXPECT_EQ(
      PolicyErrors("message {}\n"
                   "message { name: \"a.M\" field {} }\n"
                   "message { name: \"a.N\"\n"
                   "  field { name: \"f\" }\n"
                   "  field { name: \"f\" }\n"
                   "}\n"
                   "message { name: \"a.N\" }\n"),
      "FILE:1:1: a message needs its full name, as in \"acme.v1.User\"\n"
      "FILE:2:23: a field needs its name, as in \"password\"\n"
      "FILE:5:3: f has an entry already\n"
      "FILE:7:1: a.N has an entry already");
}

TEST_F(RedactionTest, SaysAMistakeAboutAnImportOnce) {
  CodeGeneratorRequest request = RequestFor(
      {{"c.proto", "syntax = \"proto3\"; package c; message C {}"},
       {"b.proto",
        "syntax = \"proto3\"; package b; import \"c.proto\"; "
        "message B { c.C c = 1; }"},
       {"a.proto",
        "syntax = \"proto3\"; package a; import \"b.proto\"; "
        "message A { b.B b = 1; }"}},
      "a.proto");
  request.add_file_to_generate("b.proto");
  request.add_file_to_generate("c.proto");
  request.set_parameter(
      "policy=" +
      directory_.Write(
          "p.txt", "message { name: \"c.C\" field { name: \"none\" } }"));
  CodeGeneratorResponse response;
  ASSERT_TRUE(Generate(request, response).ok());
  EXPECT_EQ(WithoutPath(response.error()), "FILE:1:23: c.C has no field none");
}

}  // namespace
}  // namespace hawkmount::protoc
