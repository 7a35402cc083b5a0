#include "protoc-gen-hawkmount/read_model.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "schemas.h"

namespace hawkmount::protoc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Reads a.proto.
class ReadModelTest : public testing::Test {
 protected:
  FileModel Read(const Schemas& schemas, const Policy& policy = {}) {
    const auto request = RequestFor(schemas, "a.proto");
    google::protobuf::DescriptorPool pool;
    for (const auto& file : request.proto_file()) pool.BuildFile(file);
    return ReadModel(*pool.FindFileByName("a.proto"), policy, kAllOn, errors_);
  }

  FileModel Read(const std::string& text) {
    return Read(Schemas{{"a.proto", "syntax = \"proto3\";\n" + text}});
  }

  std::vector<std::string> errors_;
};

TEST_F(ReadModelTest, NamesTheFiles) {
  const FileModel file =
      Read("package acme.v1; message M {} service S { rpc F(M) returns (M); }");
  EXPECT_EQ(file.source, "a.proto");
  EXPECT_EQ(file.message_header, "a.pb.h");
  EXPECT_EQ(file.header, "a.hawkmount.pb.h");
  EXPECT_EQ(file.implementation, "a.hawkmount.pb.cc");
  EXPECT_EQ(file.guard, "HAWKMOUNT_GENERATED_A_PROTO_H_");
  EXPECT_EQ(file.cpp_namespace, "acme::v1");
  EXPECT_FALSE(file.rooted);
  EXPECT_THAT(errors_, IsEmpty());
}

TEST_F(ReadModelTest, ReadsServicesAndMethods) {
  const FileModel file = Read(R"(
      package acme;
      message M {}
      // Serves.
      service S {
        // First.
        rpc A(M) returns (M);
        rpc B(M) returns (stream M);
        rpc C(stream M) returns (M);
        rpc D(stream M) returns (stream M) { option deprecated = true; }
      }
      service Empty { option deprecated = true; }
  )");
  ASSERT_EQ(file.services.size(), 2u);
  const ServiceModel& service = file.services[0];
  EXPECT_EQ(service.full_name, "acme.S");
  EXPECT_EQ(service.comment, "// Serves.");
  ASSERT_EQ(service.methods.size(), 4u);
  EXPECT_EQ(service.methods[0].path, "/acme.S/A");
  EXPECT_EQ(service.methods[0].comment, "// First.");
  EXPECT_EQ(service.methods[0].kind, MethodKind::kUnary);
  EXPECT_EQ(service.methods[1].comment, "");
  EXPECT_EQ(service.methods[1].kind, MethodKind::kServerStream);
  EXPECT_EQ(service.methods[2].kind, MethodKind::kClientStream);
  EXPECT_FALSE(service.methods[2].deprecated);
  EXPECT_EQ(service.methods[3].kind, MethodKind::kBidiStream);
  EXPECT_TRUE(service.methods[3].deprecated);
  EXPECT_EQ(service.methods[3].comment, "// Deprecated in the schema.");

  EXPECT_TRUE(file.services[1].deprecated);
  EXPECT_THAT(file.services[1].methods, IsEmpty());
  EXPECT_EQ(file.services[1].comment, "// Deprecated in the schema.");
}

TEST_F(ReadModelTest, KeepsWireNamesWhateverCppMakesOfThem) {
  const FileModel file = Read(
      "message class {} service new { rpc delete(class) returns (class); }");
  const MethodModel& method = file.services.at(0).methods.at(0);
  EXPECT_EQ(method.path, "/new/delete");
  EXPECT_EQ(method.name, "delete_");
  EXPECT_EQ(method.request, "class_");
  EXPECT_EQ(file.cpp_namespace, "");
}

TEST_F(ReadModelTest, QualifiesTypesOfOtherPackagesAlone) {
  const FileModel file = Read(
      {{"a.proto", R"(
            syntax = "proto3";
            package acme.v1;
            import "b.proto";
            import "google/protobuf/empty.proto";
            message Outer { message Inner {} }
            service S {
              rpc A(Outer.Inner) returns (SamePackage);
              rpc B(google.protobuf.Empty) returns (acme.Around);
            }
        )"},
       {"b.proto", R"(
            syntax = "proto3";
            package acme.v1;
            import public "c.proto";
            message SamePackage {}
        )"},
       {"c.proto", R"(
            syntax = "proto3";
            package acme;
            message Around {}
        )"}});
  const ServiceModel& service = file.services.at(0);
  EXPECT_EQ(service.methods[0].request, "Outer_Inner");
  EXPECT_EQ(service.methods[0].response, "SamePackage");
  EXPECT_EQ(service.methods[1].request, "::google::protobuf::Empty");
  EXPECT_EQ(service.methods[1].response, "::acme::Around");
}

TEST_F(ReadModelTest, QualifiesTypesThatMembersHide) {
  const FileModel file = Read(R"(
      package acme;
      message Foo {} message BarContext {} message request {} message Fine {}
      service S {
        rpc Foo(.acme.Foo) returns (BarContext);
        rpc Bar(request) returns (Fine);
      }
  )");
  const ServiceModel& service = file.services.at(0);
  EXPECT_EQ(service.methods[0].request, "::acme::Foo");
  EXPECT_EQ(service.methods[0].response, "::acme::BarContext");
  EXPECT_EQ(service.methods[1].request, "::acme::request");
  EXPECT_EQ(service.methods[1].response, "Fine");
}

TEST_F(ReadModelTest, StepsAsideForWhateverThePackageDeclares) {
  const FileModel file = Read(
      {{"a.proto", R"(
            syntax = "proto3";
            package acme;
            import "b.proto";
            message AHandler {}
            message B { message Mount {} }
            enum E { CClient = 0; }
            message F { enum G { G_H = 0; } }
            service A {}
            service B_ {}
            service C {}
            service D {}
            service I {}
        )"},
       {"b.proto", R"(
            syntax = "proto3";
            package acme.DStyles;
            import "c.proto";
        )"},
       {"c.proto", R"(
            syntax = "proto3";
            package acme;
            message IMethods {}
        )"}});
  EXPECT_EQ(file.services[0].handler_class, "AHandler_");
  EXPECT_EQ(file.services[0].mount_class, "AMount");
  EXPECT_EQ(file.services[1].mount_class, "B_Mount_");
  EXPECT_EQ(file.services[2].client_class, "CClient_");
  EXPECT_EQ(file.services[3].styles_class, "DStyles_");
  EXPECT_EQ(file.services[4].methods_class, "IMethods_");
}

TEST_F(ReadModelTest, IsRootedOnlyWhereItMustBe) {
  EXPECT_TRUE(Read("package a.std.b; service S {}").rooted);
  EXPECT_TRUE(Read("package a; message absl {} service S {}").rooted);
  EXPECT_FALSE(Read("package hawkmount.health.v1; service S {}").rooted);
  EXPECT_FALSE(Read("package a.grpc.google; service S {}").rooted);
  EXPECT_TRUE(
      Read(
          {{"a.proto",
            "syntax = \"proto3\"; package a; import \"b.proto\"; service S {}"},
           {"b.proto", "syntax = \"proto3\"; package a.hawkmount;"}})
          .rooted);
}

TEST_F(ReadModelTest, ReadsServeAsFromSchemaAndPolicy) {
  const FileModel file = Read(
      {{"a.proto", R"(
            syntax = "proto3";
            package a;
            import "hawkmount/options.proto";
            service S {
              option (hawkmount.service).serve_as = "b.S";
              option (hawkmount.service).serve_as = "c.S";
            }
            service T { option (hawkmount.service) = {serve_as: ["b.T"]}; }
            service U {}
        )"}},
      {{{"a.S", {.serve_as = {{"d.S", "policy:1:1"}}}},
        {"a.U", {.serve_as = {{"d.U", "policy:2:1"}}}},
        {"other.V", {.serve_as = {{"d.V", "policy:3:1"}}}}}});
  EXPECT_THAT(errors_, IsEmpty());
  EXPECT_THAT(file.services[0].serve_as, ElementsAre("b.S", "c.S", "d.S"));
  EXPECT_THAT(file.services[1].serve_as, ElementsAre("b.T"));
  EXPECT_THAT(file.services[2].serve_as, ElementsAre("d.U"));
}

TEST_F(ReadModelTest, PlacesMistakesInServeAs) {
  Read(
      {{"a.proto",
        "syntax = \"proto3\";\n"
        "package a;\n"
        "import \"hawkmount/options.proto\";\n"
        "service S {\n"
        "  option (hawkmount.service).serve_as = \"b.S\";\n"
        "  option (hawkmount.service).serve_as = \"a.S\";\n"
        "  option (hawkmount.service).serve_as = \"b S\";\n"
        "}\n"
        "service T {\n"
        "  option (hawkmount.service) = {serve_as: [\"b.T\", \"b.T\"]};\n"
        "}\n"}},
      {{{"a.S", {.serve_as = {{"b.S", "policy.txt:1:2"}}}}}});
  EXPECT_THAT(
      errors_,
      ElementsAre(
          "a.proto:6:3: serve_as: a.S answers to a.S already",
          "a.proto:7:3: serve_as: \"b S\" is not the full name of a service, "
          "as "
          "in \"acme.v1.Greeter\"",
          "policy.txt:1:2: serve_as: a.S answers to b.S already",
          "a.proto:10:3: serve_as: a.T answers to b.T already"));
}

TEST_F(ReadModelTest, LeavesOptionsOfOthersWithTheSameNumberAlone) {
  const FileModel file = Read(R"(
      import "google/protobuf/descriptor.proto";
      extend google.protobuf.ServiceOptions { bytes owner = 50517; }
      extend google.protobuf.MethodOptions { bytes writer = 50517; }
      message M {}
      service S {
        option (owner) = "\\377 is no message";
        // An Observe without metrics, if it were ours.
        rpc F(M) returns (M) { option (writer) = "\\012\\002\\010\\000"; }
      }
  )");
  EXPECT_THAT(errors_, IsEmpty());
  EXPECT_THAT(file.services[0].serve_as, IsEmpty());
  EXPECT_EQ(file.services[0].methods[0].hooks.size(), kHooks.size());
}

TEST_F(ReadModelTest, RefusesPackagesThatProtocCannotCompile) {
  Read("\npackage acme.operator.v1.namespace;\nservice S {}");
  ASSERT_EQ(errors_.size(), 2u);
  EXPECT_THAT(
      errors_[0],
      testing::StartsWith("a.proto:3:1: package acme.operator.v1.namespace: "
                          "\"operator\" is a keyword of C++"));
  EXPECT_THAT(errors_[1], HasSubstr("\"namespace\""));
}

TEST_F(ReadModelTest, LetsPackagesWithoutServicesBe) {
  Read("package acme.class;\nmessage M {}");
  EXPECT_THAT(errors_, IsEmpty());
}

}  // namespace
}  // namespace hawkmount::protoc
