#include "protoc-gen-hawkmount/text.h"

#include <gtest/gtest.h>

namespace hawkmount::protoc {
namespace {

TEST(Fill, ReplacesHolesInsideALine) {
  EXPECT_EQ(
      Fill("class $Name$ : $Base$ {};", {{"Name", "A"}, {"Base", "B"}}),
      "class A : B {};");
}

TEST(Fill, LeavesOutTheLineBreaksAroundTheText) {
  EXPECT_EQ(Fill("\na\n\nb\n", {}), "a\n\nb");
}

TEST(Fill, IndentsABlockAsItsHole) {
  EXPECT_EQ(
      Fill("{\n  $lines$\n}", {{"lines", "a;\n\n  b;\nc;"}}),
      "{\n  a;\n\n    b;\n  c;\n}");
}

TEST(Fill, LetsAnEmptyBlockVanishWithTheBlankLineBehindIt) {
  EXPECT_EQ(Fill("a\n$none$\n\nb", {{"none", ""}}), "a\nb");
  EXPECT_EQ(Fill("a\n$none$\nb", {{"none", ""}}), "a\nb");
  EXPECT_EQ(Fill("a\n\n$none$\n\n$none$\n\nb", {{"none", ""}}), "a\n\nb");
}

TEST(Fill, LetsAnEmptyBlockVanishWithTheBlankLineBeforeAClosingBrace) {
  EXPECT_EQ(Fill("{\n  a\n\n  $none$\n}", {{"none", ""}}), "{\n  a\n}");
  EXPECT_EQ(Fill("a\n\n$none$", {{"none", ""}}), "a");
}

TEST(Fill, JoinsLinesThatEndInABackslash) {
  EXPECT_EQ(Fill("f(\\\n    a, \\\n    b);\nc", {}), "f(a, b);\nc");
}

TEST(Fill, NeverLooksIntoValues) {
  EXPECT_EQ(
      Fill("// $a$\n$b$", {{"a", "$b$ \\"}, {"b", "$a$\n$"}}),
      "// $b$ \\\n$a$\n$");
}

TEST(FillDeathTest, NamesAHoleWithoutAValue) {
  EXPECT_DEATH(Fill("a $hole$ b", {}), "no value for \\$hole\\$");
  EXPECT_DEATH(Fill("a $hole b", {}), "without a second one");
}

TEST(Rooted, PutsColonsBeforeOurNamespacesAndNoOthers) {
  EXPECT_EQ(
      Rooted("std::array<hawkmount::Task, absl::Status>"),
      "::std::array<::hawkmount::Task, ::absl::Status>");
  EXPECT_EQ(
      Rooted("::a::std::B, mystd::C, ::absl::D, k_std::E"),
      "::a::std::B, mystd::C, ::absl::D, k_std::E");
}

TEST(Rooted, LeavesCommentsAlone) {
  EXPECT_EQ(
      Rooted("  // std::string\nstd::f();"), "  // std::string\n::std::f();");
}

}  // namespace
}  // namespace hawkmount::protoc
