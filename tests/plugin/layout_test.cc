#include "protoc-gen-hawkmount/layout.h"

#include <gtest/gtest.h>

// What clang-format makes of whole files is tests/golden's to compare.

namespace hawkmount::protoc {
namespace {

TEST(Layout, LeavesShortLinesAlone) {
  const std::string code = "int  a;\n\n  // b\n#define c";
  EXPECT_EQ(Layout(code), code);
}

TEST(Layout, PutsAListOnTheNextLine) {
  EXPECT_EQ(
      Layout(
          "  virtual absl::Status SayHello(SayHelloContext& context, const A& "
          "the_whole_request);"),
      "  virtual absl::Status SayHello(\n"
      "      SayHelloContext& context, const A& the_whole_request);");
}

TEST(Layout, PutsALongListOneEntryALine) {
  EXPECT_EQ(
      Layout("virtual absl::Status SayHello(SayHelloContext& context, const "
             "SayHelloRequest& request, SayHelloResponse& response);"),
      "virtual absl::Status SayHello(\n"
      "    SayHelloContext& context,\n"
      "    const SayHelloRequest& request,\n"
      "    SayHelloResponse& response);");
}

TEST(Layout, BreaksAfterALongReturnType) {
  EXPECT_EQ(
      Layout("absl::StatusOr<AnAnswerWithALongName> "
             "ClientOfSomething::AskForSomethingRatherLong(int a);"),
      "absl::StatusOr<AnAnswerWithALongName>\n"
      "ClientOfSomething::AskForSomethingRatherLong(int a);");
}

TEST(Layout, BreaksAnAlias) {
  EXPECT_EQ(
      Layout("using SomethingRatherLongContext = "
             "hawkmount::ContextOf<SomethingMethods::kLong>;"),
      "using SomethingRatherLongContext =\n"
      "    hawkmount::ContextOf<SomethingMethods::kLong>;");
}

TEST(Layout, BreaksInitialisers) {
  EXPECT_EQ(
      Layout(
          "  explicit GreeterMount(Handler& handler) : GreeterMount(handler, "
          "GreeterStyles::Of<Handler>()) {}"),
      "  explicit GreeterMount(Handler& handler)\n"
      "      : GreeterMount(handler, GreeterStyles::Of<Handler>()) {}");
}

TEST(Layout, BreaksLiterals) {
  EXPECT_EQ(
      Layout("static constexpr hawkmount::Method "
             "kMethod{\"/acme.some.very.long.package.v1."
             "SomeServiceWithALongName/SomeMethodWithALongName\", 1};"),
      "static constexpr hawkmount::Method kMethod{\n"
      "    \"/acme.some.very.long.package.v1.SomeServiceWithALongName/\"\n"
      "    \"SomeMethodWithALongName\",\n"
      "    1};");
}

TEST(Layout, BreaksComments) {
  EXPECT_EQ(
      Layout("  // " + std::string(40, 'a') + " " + std::string(40, 'b')),
      "  // " + std::string(40, 'a') + "\n  // " + std::string(40, 'b'));
}

TEST(Layout, BreaksMembersAndAccessors) {
  const std::string name(50, 'n');
  EXPECT_EQ(
      Layout("  a::FakeMethod<&Handler::" + name + "> member_;"),
      "  a::FakeMethod<&Handler::" + name + ">\n      member_;");
  EXPECT_EQ(
      Layout("  auto& On" + name + "() { return member_of_mine_; }"),
      "  auto& On" + name + "() {\n    return member_of_mine_;\n  }");
  EXPECT_EQ(
      Layout("      (AContext&, const " + name + "&, Response& response),"),
      "      (AContext&,\n       const " + name +
          "&,\n       Response& response),");
}

TEST(Layout, WritesEmptyClassesOnOneLine) {
  EXPECT_EQ(Layout("struct A {\n};\nint b;"), "struct A {};\nint b;");
}

TEST(Layout, LeavesNamesThatAreLongerThanALine) {
  const std::string name(300, 'x');
  for (const std::string& line :
       {name + ";",
        "  " + name + "(a, b);",
        "using " + name + " = " + name + "<" + name + ">;",
        "struct " + name + " : " + name + "::" + name + "<" + name + "> {",
        "    {" + name + ", " + name + "});",
        "\"" + name + "\",",
        "return " + name + "<" + name + ">(" + name + ");"}) {
    EXPECT_GE(Layout(line).size(), line.size());
  }
}

}  // namespace
}  // namespace hawkmount::protoc
