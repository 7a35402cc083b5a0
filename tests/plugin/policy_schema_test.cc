// What schemas and policies say about calls, as the plugin takes them.

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "protoc-gen-hawkmount/emit.h"
#include "protoc-gen-hawkmount/model.h"
#include "protoc-gen-hawkmount/policy.h"
#include "protoc-gen-hawkmount/read_model.h"
#include "schemas.h"

namespace hawkmount::protoc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class PolicySchemaTest : public testing::Test {
 protected:
  FileModel Read(const std::string& service, const std::string& policy = "") {
    const auto request = RequestFor(
        {{"a.proto",
          "syntax = \"proto3\";\n"
          "package a;\n"
          "import \"hawkmount/options.proto\";\n"
          "message M {}\n" +
              service}},
        "a.proto");
    google::protobuf::DescriptorPool pool;
    for (const auto& file : request.proto_file()) pool.BuildFile(file);
    const std::string path = directory_.Write("p.txt", policy);
    const auto read = ReadPolicy(path);
    EXPECT_TRUE(read.ok()) << read.status();
    FileModel model =
        ReadModel(*pool.FindFileByName("a.proto"), *read, kAllOn, errors_);
    for (std::string& error : errors_) WithoutPath(path, error);
    return model;
  }
  std::string PolicyErrors(const std::string& policy) {
    const std::string path = directory_.Write("p.txt", policy);
    std::string text(ReadPolicy(path).status().message());
    WithoutPath(path, text);
    return text;
  }
  static void WithoutPath(const std::string& path, std::string& text) {
    for (size_t at; (at = text.find(path)) != text.npos;) {
      text.replace(at, path.size(), "FILE");
    }
  }

  TemporaryDirectory directory_;
  std::vector<std::string> errors_;
};

constexpr char kService[] = R"(
    service S {
      option (hawkmount.service) = {
        auth: {scopes: "all"} rate: {per_second: 1}
        log_sampling: 0.5 idempotent: true
      };
      rpc Plain(M) returns (M);
      rpc Own(M) returns (M) {
        option (hawkmount.method) = {
          auth: {public: true} rate: {per_second: 2}
          log_sampling: 0.25 idempotent: false
        };
      }
      rpc Free(M) returns (M) {
        option idempotency_level = NO_SIDE_EFFECTS;
        option (hawkmount.method) = {auth: {} rate: {none: true}};
      }
    }
    service T { rpc F(M) returns (M); }
)";

TEST_F(PolicySchemaTest, AMethodsWordCountsMoreThanItsServices) {
  const FileModel file = Read(kService);
  EXPECT_THAT(errors_, IsEmpty());
  const auto& methods = file.services[0].methods;
  EXPECT_THAT(methods[0].policy.scopes, ElementsAre("all"));
  EXPECT_EQ(methods[0].policy.rate, ".per_second = 1, .burst = 1");
  EXPECT_EQ(methods[0].log_sampling, "0.5");
  EXPECT_EQ(methods[0].idempotency, "kIdempotent");
  EXPECT_THAT(methods[1].policy.scopes, IsEmpty());
  EXPECT_TRUE(methods[1].policy.is_public);
  EXPECT_EQ(methods[1].policy.rate, ".per_second = 2, .burst = 2");
  EXPECT_EQ(methods[1].log_sampling, "0.25");
  EXPECT_EQ(methods[1].idempotency, "");
  EXPECT_THAT(methods[2].policy.scopes, IsEmpty());
  EXPECT_EQ(methods[2].policy.rate, ".none = true");
  EXPECT_EQ(methods[2].log_sampling, "0.5");
  EXPECT_EQ(methods[2].idempotency, "kNoSideEffects");
  EXPECT_TRUE(file.services[1].methods[0].policy.empty());
}

TEST_F(PolicySchemaTest, APolicyCountsMoreThanTheSchemaWhereItSpeaks) {
  const FileModel file = Read(kService, R"(
      service {
        name: "a.S"
        options { auth { scopes: "more" } log_sampling: 1 }
        method { name: "Own" options { rate { per_second: 3 burst: 1 } } }
        method { name: "Free" options { auth { scopes: "x" scopes: "y" } } }
        method { name: "Plain" options { rate { none: true } } }
      }
      service { name: "a.T" method { name: "F" options { idempotent: true } } }
  )");
  EXPECT_THAT(errors_, IsEmpty());
  const auto& methods = file.services[0].methods;
  EXPECT_THAT(methods[0].policy.scopes, ElementsAre("more"));
  EXPECT_EQ(methods[0].policy.rate, ".none = true");
  EXPECT_EQ(methods[0].log_sampling, "1");
  EXPECT_TRUE(methods[1].policy.is_public);
  EXPECT_EQ(methods[1].policy.rate, ".per_second = 3, .burst = 1");
  EXPECT_EQ(methods[1].log_sampling, "0.25");
  EXPECT_THAT(methods[2].policy.scopes, ElementsAre("x", "y"));
  EXPECT_EQ(methods[2].policy.rate, ".none = true");
  EXPECT_EQ(file.services[1].methods[0].idempotency, "kIdempotent");
}

TEST_F(PolicySchemaTest, PlacesMistakesInTheSchemaAllAtOnce) {
  Read(
      "service S {\n"
      "  option (hawkmount.service).auth.scopes = \"a\";\n"
      "  option (hawkmount.service).auth.scopes = \"a b\";\n"
      "  option (hawkmount.service).rate.per_second = -1;\n"
      "  option (hawkmount.service).log_sampling = 2;\n"
      "  rpc F(M) returns (M) {\n"
      "    option (hawkmount.method).rate = {per_second: nan burst: 0};\n"
      "  }\n"
      "  rpc G(M) returns (M) {\n"
      "    option (hawkmount.method) = {auth: {scopes: \"a\" public: true}};\n"
      "  }\n"
      "}\n");
  EXPECT_THAT(
      errors_,
      ElementsAre(
          HasSubstr("a.proto:7:3: auth: scopes: \"a b\""),
          HasSubstr("a.proto:8:3: rate: per_second: -1"),
          HasSubstr("a.proto:9:3: log_sampling: 2"),
          HasSubstr("a.proto:11:5: rate: per_second: nan"),
          HasSubstr("a.proto:11:5: rate: burst: 0"),
          HasSubstr("a.proto:14:5: auth: public")));
}

TEST_F(PolicySchemaTest, PlacesMistakesInThePolicyAllAtOnce) {
  const std::string errors = PolicyErrors(
      "service {\n"
      "  name: \"a.S\"\n"
      "  options {\n"
      "    auth {\n"
      "      scopes: \"a\"\n"
      "      scopes: \"a\"\n"
      "    }\n"
      "    rate { burst: 1 }\n"
      "    log_sampling: -1\n"
      "  }\n"
      "  method { name: \"F\" options { auth { scopes: [\"a\", \"\"] } } }\n"
      "  method { name: \"G\" options { rate { per_second: inf burst: 0 } } }\n"
      "}\n");
  EXPECT_THAT(errors, HasSubstr("FILE:6:7: auth: scopes: \"a\" is there"));
  EXPECT_THAT(errors, HasSubstr("FILE:8:5: rate: per_second: 0"));
  EXPECT_THAT(errors, HasSubstr("FILE:9:5: log_sampling: -1"));
  EXPECT_THAT(errors, HasSubstr("FILE:11:32: auth: scopes: \"\""));
  EXPECT_THAT(errors, HasSubstr("FILE:12:39: rate: per_second: inf"));
  EXPECT_THAT(errors, HasSubstr("FILE:12:55: rate: burst: 0"));
  // protobuf's own, of a oneof.
  EXPECT_THAT(
      PolicyErrors("service { name: \"a.S\" options { rate {\n"
                   "  per_second: 1 key: USER metadata: \"x\" } } }"),
      HasSubstr("FILE:2:"));
}

TEST_F(PolicySchemaTest, RefusesFalseBesideALevel) {
  Read(
      "service S {\n"
      "  rpc F(M) returns (M) {\n"
      "    option idempotency_level = IDEMPOTENT;\n"
      "    option (hawkmount.method).idempotent = false;\n"
      "  }\n"
      "  rpc G(M) returns (M) {\n"
      "    option idempotency_level = NO_SIDE_EFFECTS;\n"
      "    option (hawkmount.method).idempotent = true;\n"
      "  }\n"
      "  rpc H(M) returns (M) { option idempotency_level = NO_SIDE_EFFECTS; }\n"
      "}\n",
      "service {\n"
      "  name: \"a.S\"\n"
      "  method { name: \"H\" options { idempotent: false } }\n"
      "}\n");
  EXPECT_THAT(
      errors_,
      ElementsAre(
          "a.proto:8:5: idempotent: false, but the method's idempotency_level "
          "is IDEMPOTENT, which callers go by: leave out the one or the other",
          HasSubstr("FILE:3:32: idempotent: false, but the method's "
                    "idempotency_level is NO_SIDE_EFFECTS")));
}

TEST_F(PolicySchemaTest, ALevelIsTheMethodsWordAgainstItsService) {
  const FileModel file = Read(
      "service S {\n"
      "  option (hawkmount.service).idempotent = false;\n"
      "  rpc F(M) returns (M) { option idempotency_level = IDEMPOTENT; }\n"
      "}\n");
  EXPECT_THAT(errors_, IsEmpty());
  EXPECT_EQ(file.services[0].methods[0].idempotency, "kIdempotent");
}

TEST_F(PolicySchemaTest, RefusesRatesByUsersThatNobodyKnows) {
  Read(
      "service S {\n"
      "  option (hawkmount.service).rate = {per_second: 1 key: USER};\n"
      "  rpc F(M) returns (M) {\n"
      "    option (hawkmount.method).auth.public = true;\n"
      "  }\n"
      "  rpc G(M) returns (M) {\n"
      "    option (hawkmount.method) = {auth: {public: true} "
      "rate: {per_second: 1}};\n"
      "  }\n"
      "}\n"
      "service T {\n"
      "  option (hawkmount.service).auth.public = true;\n"
      "  rpc F(M) returns (M) {\n"
      "    option (hawkmount.method).rate = {per_second: 1 key: USER};\n"
      "  }\n"
      "}\n");
  EXPECT_THAT(
      errors_,
      ElementsAre(
          HasSubstr("a.proto:8:5: auth: public: callers without credentials"),
          HasSubstr("a.proto:17:5: auth: public: callers without")));
}

TEST_F(PolicySchemaTest, RefusesSharesOfALogThatIsOff) {
  const std::string schema =
      "service S {\n"
      "  option (hawkmount.service).observe.log = false;\n"
      "  rpc F(M) returns (M) {\n"
      "    option (hawkmount.method).log_sampling = 0.5;\n"
      "  }\n"
      "  rpc G(M) returns (M) {\n"
      "    option (hawkmount.method) = {log_sampling: 0.5 observe: {log: "
      "true}};\n"
      "  }\n"
      "  rpc H(M) returns (M);\n"
      "  rpc I(M) returns (M) {\n"
      "    option (hawkmount.method).observe.log = false;\n"
      "  }\n"
      "}\n";
  Read(
      schema,
      "service {\n"
      "  name: \"a.S\"\n"
      "  method { name: \"H\" options { log_sampling: 1 } }\n"
      "  method { name: \"I\" options { log_sampling: 0 observe { log: true } "
      "} }\n"
      "}\n");
  EXPECT_THAT(
      errors_,
      ElementsAre(
          HasSubstr("a.proto:8:5: log_sampling: \"observe.log = false\", said"),
          HasSubstr("FILE:3:32: log_sampling: \"observe.log = false\"")));
  // What is told where it stands is told once.
  errors_.clear();
  Read(
      "service S { rpc F(M) returns (M) {\n"
      "  option (hawkmount.method) = {log_sampling: 1 observe: {log: false}};\n"
      "} }\n");
  EXPECT_THAT(
      errors_,
      ElementsAre(HasSubstr(
          "a.proto:6:3: log_sampling: \"observe.log = false\" beside it")));
}

TEST_F(PolicySchemaTest, RefusesNamesOfOtherThings) {
  Read(
      "service S { rpc F(M) returns (M); }\n",
      "service { name: \"a.M\" }\n"
      "  message { name: \"a.S\" field { name: \"x\" } }\n"
      "service { name: \"a.Elsewhere\" }\n");
  EXPECT_THAT(
      errors_,
      ElementsAre(
          "FILE:1:1: a.M is a message, no service",
          "FILE:2:3: a.S is a service, no message"));
}

TEST_F(PolicySchemaTest, ScopesAreStringsOfAnyCompilers) {
  const FileModel file = Read(
      "service S {\n"
      "  option (hawkmount.service).auth.scopes = \"a?\?/b?\?\?c\";\n"
      "  rpc F(M) returns (M);\n"
      "}\n");
  EXPECT_THAT(errors_, IsEmpty());
  EXPECT_THAT(EmitHeader(file), HasSubstr("\"a?\\?/b?\\??c\","));
}

TEST_F(PolicySchemaTest, WhatIsNotSaidLeavesNoTrace) {
  const FileModel silent = Read("service T { rpc F(M) returns (M); }");
  EXPECT_THAT(EmitHeader(silent), Not(HasSubstr("Policy")));
  EXPECT_THAT(EmitHeader(silent), Not(HasSubstr("Idempotency")));
  EXPECT_THAT(EmitSource(silent), Not(HasSubstr("kLogSampling")));
  // Nor does what cannot be in force.
  const FileModel unlogged = Read(
      "service T {\n"
      "  option (hawkmount.service).log_sampling = 0.5;\n"
      "  rpc F(M) returns (M) { option (hawkmount.method).observe.log = false; "
      "}\n"
      "}");
  EXPECT_THAT(errors_, IsEmpty());
  EXPECT_THAT(EmitSource(unlogged), Not(HasSubstr("kLogSampling")));
  EXPECT_THAT(
      EmitSource(Read(kService)),
      HasSubstr("static constexpr double kLogSampling = 0.25;"));
}

TEST_F(PolicySchemaTest, APolicysNameMeetsNoOther) {
  const FileModel file = Read(
      "service PolicyOf {\n"
      "  option (hawkmount.service).auth.scopes = \"a\";\n"
      "  rpc Methods(M) returns (M);\n"
      "  rpc PolicyOfMethods(M) returns (M);\n"
      "  rpc Policy(M) returns (M);\n"
      "}");
  const ServiceModel& service = file.services[0];
  EXPECT_EQ(service.methods_class, "PolicyOfMethods");
  EXPECT_EQ(service.methods[0].policy_class, "PolicyOfMethods_");
  EXPECT_EQ(service.methods[1].policy_class, "PolicyOfPolicyOfMethods");
  EXPECT_EQ(service.methods[2].policy_class, "PolicyOfPolicy");
}

}  // namespace
}  // namespace hawkmount::protoc
