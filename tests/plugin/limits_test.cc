#include "protoc-gen-hawkmount/limits.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "hawkmount/options.pb.h"
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

std::string PlaceIs(const std::vector<int>& path) {
  return absl::StrCat("field ", absl::StrJoin(path, "."));
}

// What a method's timeout is printed as; the error where there is one.
std::string Spelled(const std::string& timeout) {
  hawkmount::MethodOptions options;
  options.set_timeout(timeout);
  std::vector<std::string> errors;
  const Limits limits = ReadLimits(options, PlaceIs, errors);
  MethodModel method;
  SpellLimits(limits, method);
  return errors.empty() ? method.timeout : errors.at(0);
}

TEST(LimitsTest, PrintsTimeoutsInTheirLargestUnit) {
  EXPECT_EQ(Spelled("250ms"), "std::chrono::milliseconds(250)");
  EXPECT_EQ(Spelled("0.25s"), "std::chrono::milliseconds(250)");
  EXPECT_EQ(Spelled("1000ms"), "std::chrono::seconds(1)");
  EXPECT_EQ(Spelled("1h30m"), "std::chrono::minutes(90)");
  EXPECT_EQ(Spelled("8760h"), "std::chrono::hours(8760)");
  EXPECT_EQ(Spelled("1.5ms"), "std::chrono::microseconds(1500)");
  EXPECT_EQ(Spelled("1000001ns"), "std::chrono::nanoseconds(1000001)");
  EXPECT_EQ(Spelled("1.0000000001s"), "std::chrono::seconds(1)");
  EXPECT_EQ(Spelled("none"), "");
}

TEST(LimitsTest, RefusesTimeoutsThatAreNone) {
  for (const char* nonsense :
       {"",
        "0",
        "0s",
        "-1s",
        "1",
        "999us",
        "8760h1ns",
        "inf",
        "-inf",
        "nan",
        "1 s",
        "1s ",
        "1d",
        "1.5.5s",
        "None",
        "99999999999999999999h"}) {
    EXPECT_EQ(
        Spelled(nonsense),
        absl::StrCat(
            "field 2: timeout: \"",
            nonsense,
            "\" is no time for a call: say 1ms to 8760h, as in \"250ms\", "
            "\"1.5s\" or \"2m\", or \"none\""));
  }
  EXPECT_THAT(Spelled("1s\n"), HasSubstr("\"1s<U+000A>\""));
}

TEST(LimitsTest, ReadsBothAndComplainsAboutBoth) {
  hawkmount::ServiceOptions options;
  std::vector<std::string> errors;
  EXPECT_FALSE(ReadLimits(options, PlaceIs, errors).timeout.has_value());
  EXPECT_FALSE(ReadLimits(options, PlaceIs, errors).max_in_flight.has_value());

  options.set_timeout("2m");
  options.set_max_in_flight(4294967295);
  const Limits limits = ReadLimits(options, PlaceIs, errors);
  EXPECT_EQ(limits.timeout, absl::Minutes(2));
  EXPECT_EQ(limits.max_in_flight, 4294967295u);
  EXPECT_THAT(errors, IsEmpty());

  options.set_timeout("0s");
  options.set_max_in_flight(0);
  ReadLimits(options, PlaceIs, errors);
  EXPECT_THAT(
      errors,
      ElementsAre(
          HasSubstr("field 3: timeout: \"0s\""),
          "field 4: max_in_flight: 0 would refuse every call: say 1 or more"));
}

TEST(LimitsTest, WhatIsSaidReplacesAndTheRestStays) {
  Limits limits = {.timeout = absl::Seconds(1), .max_in_flight = 2};
  Override({}, limits);
  EXPECT_EQ(limits.timeout, absl::Seconds(1));
  EXPECT_EQ(limits.max_in_flight, 2u);
  Override({.timeout = absl::ZeroDuration()}, limits);
  EXPECT_EQ(limits.timeout, absl::ZeroDuration());
  EXPECT_EQ(limits.max_in_flight, 2u);
  Override({.max_in_flight = 3}, limits);
  EXPECT_EQ(limits.timeout, absl::ZeroDuration());
  EXPECT_EQ(limits.max_in_flight, 3u);
}

// A schema and a policy for it, as the plugin takes them.
class LimitedSchemaTest : public testing::Test {
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
    const auto read = ReadPolicy(directory_.Write("p.txt", policy));
    EXPECT_TRUE(read.ok()) << read.status();
    return ReadModel(*pool.FindFileByName("a.proto"), *read, kAllOn, errors_);
  }
  std::string PolicyErrors(const std::string& policy) {
    const std::string path = directory_.Write("p.txt", policy);
    std::string text(ReadPolicy(path).status().message());
    for (size_t at; (at = text.find(path)) != text.npos;) {
      text.replace(at, path.size(), "FILE");
    }
    return text;
  }

  TemporaryDirectory directory_;
  std::vector<std::string> errors_;
};

constexpr char kService[] = R"(
    service S {
      option (hawkmount.service) = {timeout: "1s" max_in_flight: 10};
      rpc Plain(M) returns (M);
      rpc Own(M) returns (M) {
        option (hawkmount.method).timeout = "2s";
        option (hawkmount.method).max_in_flight = 20;
      }
      rpc Free(M) returns (M) { option (hawkmount.method).timeout = "none"; }
    }
    service T { rpc F(M) returns (M); }
)";

TEST_F(LimitedSchemaTest, AMethodsWordCountsMoreThanItsServices) {
  const FileModel file = Read(kService);
  EXPECT_THAT(errors_, IsEmpty());
  const auto& methods = file.services[0].methods;
  EXPECT_EQ(methods[0].timeout, "std::chrono::seconds(1)");
  EXPECT_EQ(methods[0].max_in_flight, "10");
  EXPECT_EQ(methods[1].timeout, "std::chrono::seconds(2)");
  EXPECT_EQ(methods[1].max_in_flight, "20");
  EXPECT_EQ(methods[2].timeout, "");
  EXPECT_EQ(methods[2].max_in_flight, "10");
  EXPECT_EQ(file.services[1].methods[0].timeout, "");
  EXPECT_EQ(file.services[1].methods[0].max_in_flight, "");
}

TEST_F(LimitedSchemaTest, APolicyCountsMoreThanTheSchemaWhereItSpeaks) {
  const FileModel file = Read(kService, R"(
      service {
        name: "a.S"
        options { timeout: "3s" max_in_flight: 30 }
        method { name: "Own" options { max_in_flight: 40 } }
        method { name: "Free" options { timeout: "4s" } }
      }
      service { name: "a.T" method { name: "F" options { timeout: "5s" } } }
  )");
  EXPECT_THAT(errors_, IsEmpty());
  const auto& methods = file.services[0].methods;
  EXPECT_EQ(methods[0].timeout, "std::chrono::seconds(3)");
  EXPECT_EQ(methods[0].max_in_flight, "30");
  EXPECT_EQ(methods[1].timeout, "std::chrono::seconds(2)");
  EXPECT_EQ(methods[1].max_in_flight, "40");
  EXPECT_EQ(methods[2].timeout, "std::chrono::seconds(4)");
  EXPECT_EQ(methods[2].max_in_flight, "30");
  EXPECT_EQ(file.services[1].methods[0].timeout, "std::chrono::seconds(5)");
}

TEST_F(LimitedSchemaTest, PlacesMistakesInTheSchema) {
  Read(
      "service S {\n"
      "  option (hawkmount.service).timeout = \"soon\";\n"
      "  option (hawkmount.service).max_in_flight = 0;\n"
      "  rpc F(M) returns (M) {\n"
      "    option (hawkmount.method).timeout = \"-1s\";\n"
      "    option (hawkmount.method).max_in_flight = 0;\n"
      "  }\n"
      "  rpc G(M) returns (M) {\n"
      "    option (hawkmount.method) = {timeout: \"0s\"};\n"
      "  }\n"
      "}\n");
  EXPECT_THAT(
      errors_,
      ElementsAre(
          HasSubstr("a.proto:6:3: timeout: \"soon\""),
          HasSubstr("a.proto:7:3: max_in_flight: 0"),
          HasSubstr("a.proto:9:5: timeout: \"-1s\""),
          HasSubstr("a.proto:10:5: max_in_flight: 0"),
          HasSubstr("a.proto:13:5: timeout: \"0s\"")));
}

TEST_F(LimitedSchemaTest, PlacesMistakesInThePolicy) {
  const std::string errors = PolicyErrors(
      "service {\n"
      "  name: \"a.S\"\n"
      "  options {\n"
      "    timeout: \"9000h\"\n"
      "    max_in_flight: 0\n"
      "  }\n"
      "  method { name: \"F\" options { timeout: \"\" max_in_flight: 0 } }\n"
      "}\n");
  EXPECT_THAT(errors, HasSubstr("FILE:4:5: timeout: \"9000h\" is no time"));
  EXPECT_THAT(errors, HasSubstr("FILE:5:5: max_in_flight: 0 would"));
  EXPECT_THAT(errors, HasSubstr("FILE:7:32: timeout: \"\" is no time"));
  EXPECT_THAT(errors, HasSubstr("FILE:7:44: max_in_flight: 0 would"));
  EXPECT_THAT(
      PolicyErrors("service { name: \"a.S\" options { max_in_flight: -1 } }"),
      HasSubstr("FILE:1:48: "));
}

TEST_F(LimitedSchemaTest, WhatIsNotLimitedLeavesNoTrace) {
  EXPECT_THAT(
      EmitSource(Read("service T { rpc F(M) returns (M); }")),
      testing::AllOf(
          Not(HasSubstr("kTimeout")), Not(HasSubstr("kMaxInFlight"))));
  EXPECT_THAT(
      EmitSource(Read(kService)),
      testing::AllOf(
          HasSubstr(
              "static constexpr auto kTimeout = std::chrono::seconds(2);"),
          HasSubstr("static constexpr uint32_t kMaxInFlight = 20;")));
}

}  // namespace
}  // namespace hawkmount::protoc
