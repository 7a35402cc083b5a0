#include "protoc-gen-hawkmount/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas.h"

namespace hawkmount::protoc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class ReadPolicyTest : public testing::Test {
 protected:
  absl::StatusOr<Policy> Read(const std::string& text) {
    return ReadPolicy(directory_.Write("p.txt", text));
  }
  // With "FILE" for the policy's path.
  std::string ErrorOf(const std::string& text) {
    std::string error(Read(text).status().message());
    const std::string path = directory_.Path("p.txt");
    for (size_t at; (at = error.find(path)) != error.npos;) {
      error.replace(at, path.size(), "FILE");
    }
    return error;
  }

  TemporaryDirectory directory_;
};

TEST_F(ReadPolicyTest, ReadsServices) {
  const auto policy = Read(R"(
      # A comment.
      service {
        name: "acme.A"
        options {
          serve_as: "acme.B" serve_as: "acme.C"
          observe { metrics: false log: true }
        }
        method { name: "F" }
        method {
          name: "G"
          options { observe { log: false } }
        }
      }
      service { name: "acme.D" }
  )");
  ASSERT_TRUE(policy.ok()) << policy.status();
  ASSERT_EQ(policy->services.size(), 2u);
  const ServicePolicy& service = policy->services.at("acme.A");
  const auto& serve_as = service.serve_as;
  ASSERT_EQ(serve_as.size(), 2u);
  EXPECT_EQ(serve_as[0].name, "acme.B");
  EXPECT_EQ(serve_as[1].name, "acme.C");
  EXPECT_THAT(serve_as[0].place, HasSubstr("p.txt:3:"));
  EXPECT_FALSE(service.observe.metrics());
  EXPECT_TRUE(service.observe.log());
  EXPECT_FALSE(service.observe.has_request_id());
  ASSERT_EQ(service.methods.size(), 2u);
  EXPECT_FALSE(service.methods.at("F").options.has_observe());
  EXPECT_THAT(service.methods.at("G").place, HasSubstr("p.txt:10:"));
  const hawkmount::Observe& observe = service.methods.at("G").options.observe();
  EXPECT_TRUE(observe.has_log());
  EXPECT_FALSE(observe.log());
  EXPECT_FALSE(observe.has_metrics());

  EXPECT_THAT(policy->services.at("acme.D").serve_as, IsEmpty());
  EXPECT_THAT(policy->services.at("acme.D").methods, IsEmpty());
}

TEST_F(ReadPolicyTest, AnEmptyFileSaysNothing) {
  const auto policy = Read("");
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_THAT(policy->services, IsEmpty());
  EXPECT_THAT(policy->messages, IsEmpty());
}

TEST_F(ReadPolicyTest, NamesThePlaceOfAMistake) {
  EXPECT_THAT(
      ErrorOf("service {\n  name: \"a.A\"\n  colour: 1\n}"),
      StartsWith("FILE:3:9: "));
  EXPECT_THAT(ErrorOf("service {\n  name: }"), StartsWith("FILE:2:9: "));
  EXPECT_THAT(ErrorOf("{}\xff"), StartsWith("FILE:1:"));
}

TEST_F(ReadPolicyTest, AByteOrderMarkIsNoMistake) {
  EXPECT_TRUE(Read("\xef\xbb\xbfservice { name: \"a.A\" }").ok());
  EXPECT_EQ(
      ErrorOf("\xef\xbb\xbf"
              "service {}"),
      "FILE:1:1: a service needs its full name, as in \"acme.v1.Greeter\"");
}

// What is told of them is told in UTF-8.
TEST_F(ReadPolicyTest, SpellsOutBytesThatAreNoText) {
  const std::string error = ErrorOf("service { name: \"a.A\" } \xff");
  EXPECT_THAT(error, HasSubstr("<0xFF>"));
  EXPECT_THAT(error, testing::Not(HasSubstr("\xff")));
}

TEST_F(ReadPolicyTest, WantsFullNames) {
  EXPECT_EQ(
      ErrorOf("service {}"),
      "FILE:1:1: a service needs its full name, as in \"acme.v1.Greeter\"");
  EXPECT_THAT(ErrorOf("service { name: \".a.A\" }"), HasSubstr("full name"));
  EXPECT_THAT(ErrorOf("service { name: \"a.2A\" }"), HasSubstr("full name"));
  EXPECT_EQ(
      ErrorOf("service { name: \"a.A\" options { serve_as: \"a-b\" } }"),
      "FILE:1:1: serve_as: \"a-b\" is not the full name of a service, as in "
      "\"acme.v1.Greeter\"");
}

TEST_F(ReadPolicyTest, WantsNamesOfMethodsOnce) {
  EXPECT_EQ(
      ErrorOf("service {\n"
              "  name: \"a.A\"\n"
              "  method {}\n"
              "  method { name: \"a.A.F\" }\n"
              "  method { name: \"F\" }\n"
              "  method { name: \"F\" }\n"
              "}\n"),
      "FILE:3:3: a method needs the name of its rpc, as in \"SayHello\"\n"
      "FILE:4:3: a method needs the name of its rpc, as in \"SayHello\"\n"
      "FILE:6:3: F has an entry already");
}

TEST_F(ReadPolicyTest, RefusesSwitchesThatItDoesNotKnow) {
  EXPECT_THAT(
      ErrorOf("service {\n"
              "  name: \"a.A\"\n"
              "  options { observe { logs: false } }\n"
              "}\n"),
      StartsWith("FILE:3:27: "));
}

TEST_F(ReadPolicyTest, ReportsAllMistakesAtOnce) {
  EXPECT_EQ(
      ErrorOf("service { name: \"a.A\" }\n"
              "service { name: \"a.A\" }\n"
              "service { name: \"a.B\" options { serve_as: \"a.B\" } }\n"),
      "FILE:2:1: a.A has an entry already\n"
      "FILE:3:1: serve_as: a.B answers to a.B already");
}

TEST_F(ReadPolicyTest, SaysWhyAFileCannotBeRead) {
  EXPECT_THAT(
      std::string(ReadPolicy(directory_.Path("none")).status().message()),
      testing::AllOf(
          StartsWith("Invalid parameter: policy="),
          HasSubstr("none: cannot be read: No such file")));
  EXPECT_THAT(
      std::string(ReadPolicy(directory_.Path("")).status().message()),
      HasSubstr("cannot be read: Is a directory"));
}

TEST(CheckServeAs, ComplainsAboutEachName) {
  std::vector<std::string> errors;
  CheckServeAs(
      "a.A",
      {{"", "p1"}, {"a.B", "p2"}, {"a..B", "p3"}, {"a.B", "p4"}, {"B", "p5"}},
      errors);
  EXPECT_THAT(
      errors,
      ElementsAre(
          StartsWith("p1: serve_as: \"\" is not"),
          StartsWith("p3: serve_as: \"a..B\" is not"),
          "p4: serve_as: a.A answers to a.B already"));
}

}  // namespace
}  // namespace hawkmount::protoc
