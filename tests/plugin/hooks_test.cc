// Which hooks a method has: what the schema, a policy and the parameters say.

#include "protoc-gen-hawkmount/hooks.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "protoc-gen-hawkmount/read_model.h"
#include "schemas.h"

namespace hawkmount::protoc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HooksTest : public testing::Test {
 protected:
  // Reads a.proto.
  FileModel Read(
      const Schemas& schemas,
      const Policy& policy = {},
      const Switches& observe = kAllOn) {
    const auto request = RequestFor(schemas, "a.proto");
    google::protobuf::DescriptorPool pool;
    for (const auto& file : request.proto_file()) pool.BuildFile(file);
    return ReadModel(*pool.FindFileByName("a.proto"), policy, observe, errors_);
  }

  // The hooks of a file's first service: "Method: hook hook\n" each.
  static std::string HooksOf(const FileModel& file) {
    std::string lines;
    for (const MethodModel& method : file.services.at(0).methods) {
      lines += method.name + ":";
      for (const HookModel& hook : method.hooks) lines += " " + hook.name;
      lines += "\n";
    }
    return lines;
  }

  std::vector<std::string> errors_;
};

TEST_F(HooksTest, AllAreOnWhereNobodySpeaksOfThem) {
  const FileModel file = Read(
      {{"a.proto",
        "syntax = \"proto3\"; message M {}\n"
        "service S { rpc F(M) returns (M); }"}});
  EXPECT_EQ(HooksOf(file), "F: metrics request_id log\n");
}

constexpr char kObserved[] = R"(
    syntax = "proto3";
    package a;
    import "hawkmount/options.proto";
    message M {}
    service S {
      option (hawkmount.service).observe.log = false;
      rpc Silent(M) returns (M);
      rpc Loud(M) returns (M) {
        option (hawkmount.method).observe = {log: true};
      }
      rpc Off(M) returns (M) {
        option (hawkmount.method).observe = {
          metrics: false request_id: false log: false
        };
      }
    }
)";

TEST_F(HooksTest, AMethodsSwitchesCountMoreThanItsServices) {
  const FileModel file = Read(Schemas{{"a.proto", kObserved}});
  EXPECT_EQ(
      HooksOf(file),
      "Silent: metrics request_id\n"
      "Loud: metrics request_id log\n"
      "Off:\n");
  const HookModel& first = file.services[0].methods[0].hooks.at(0);
  EXPECT_EQ(first.type, "MetricsHook");
}

TEST_F(HooksTest, ASchemasSwitchesCountMoreThanTheParameters) {
  EXPECT_EQ(
      HooksOf(Read({{"a.proto", kObserved}}, {}, {false, true, true})),
      "Silent: request_id\n"
      "Loud: request_id log\n"
      "Off:\n");
  EXPECT_EQ(
      HooksOf(Read({{"a.proto", kObserved}}, {}, {false, false, false})),
      "Silent:\n"
      "Loud: log\n"
      "Off:\n");
}

TEST_F(HooksTest, APolicyIsMergedIntoTheSchema) {
  ServicePolicy policy;
  policy.observe.set_log(true);
  policy.observe.set_metrics(false);
  hawkmount::Observe& off = *policy.methods["Off"].options.mutable_observe();
  off.set_request_id(true);
  // The method's own word in the schema counts more than the service's in the
  // policy: Loud logs, Off does not.
  EXPECT_EQ(
      HooksOf(Read(
          {{"a.proto", kObserved}}, {{{"a.S", policy}}}, {false, true, false})),
      "Silent: request_id log\n"
      "Loud: request_id log\n"
      "Off: request_id\n");

  policy.methods["Loud"].options.mutable_observe()->set_log(false);
  EXPECT_EQ(
      HooksOf(Read({{"a.proto", kObserved}}, {{{"a.S", policy}}})),
      "Silent: request_id log\n"
      "Loud: request_id\n"
      "Off: request_id\n");
  EXPECT_THAT(errors_, IsEmpty());
}

TEST_F(HooksTest, RefusesMethodsOfAPolicyThatAServiceDoesNotHave) {
  ServicePolicy policy;
  policy.methods["loud"].place = "policy.txt:3:5";
  policy.methods["Off"].place = "policy.txt:6:5";
  Read({{"a.proto", kObserved}}, {{{"a.S", policy}, {"other.S", policy}}});
  EXPECT_THAT(
      errors_,
      ElementsAre(
          "policy.txt:3:5: a.S has no rpc loud; it has Silent, Loud, Off"));

  errors_.clear();
  Read(
      {{"a.proto", "syntax = \"proto3\"; service S {}"}},
      {{{"S", {.methods = {{"F", {"policy.txt:1:1", {}}}}}}}});
  EXPECT_THAT(
      errors_, ElementsAre("policy.txt:1:1: S has no rpc F, nor any other"));
}

TEST(TurnTest, LeavesWhatIsNotSaid) {
  hawkmount::Observe observe;
  Switches switches = {false, true, false};
  Turn(observe, switches);
  EXPECT_EQ(switches, (Switches{false, true, false}));
  observe.set_request_id(false);
  observe.set_log(true);
  Turn(observe, switches);
  EXPECT_EQ(switches, (Switches{false, false, true}));
}

}  // namespace
}  // namespace hawkmount::protoc
