#include "protoc-gen-hawkmount/comments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace hawkmount::protoc {
namespace {

using testing::ElementsAre;

TEST(ToCppComment, KeepsWords) {
  EXPECT_EQ(
      ToCppComment(" Says hello.\n\n  Twice: $x$ */ /* %s\n"),
      "// Says hello.\n//\n//  Twice: $x$ */ /* %s");
}

TEST(ToCppComment, DropsBlankLinesAroundAndTrailingSpaces) {
  EXPECT_EQ(ToCppComment("\n  \n a  \n\n \n"), "// a");
  EXPECT_EQ(ToCppComment(""), "");
  EXPECT_EQ(ToCppComment(" \n\n"), "");
}

TEST(ToCppComment, SpacesWhatFollowsTheSlashes) {
  EXPECT_EQ(ToCppComment("tight"), "// tight");
  EXPECT_EQ(ToCppComment("/ third slash"), "/// third slash");
  EXPECT_EQ(ToCppComment("/v1/users"), "// /v1/users");
  EXPECT_EQ(ToCppComment("!shout"), "// !shout");
}

TEST(ToCppComment, EndsNoLineInABackslash) {
  EXPECT_EQ(ToCppComment(" C:\\\n x"), "// C:\\ //\n// x");
  EXPECT_EQ(ToCppComment(" C:\\ \t\r\n x"), "// C:\\ //\n// x");
  EXPECT_EQ(ToCppComment(" eh?\?/\n x"), "// eh?\?/ //\n// x");
}

TEST(ToCppComment, KnowsEveryLineBreak) {
  EXPECT_EQ(ToCppComment(" a\r\n b\r c"), "// a\n// b\n// c");
}

TEST(ToCppComment, HidesNothing) {
  EXPECT_EQ(ToCppComment(" \u202e\x01"), "// <U+202E><U+0001>");
}

TEST(ToCppComment, MakesAnythingHarmless) {
  std::mt19937 random(1);
  const std::string alphabet = " \t\n\r\\?/*a\x80\xc3\xe2\x80\xae$";
  for (int i = 0; i < 5000; ++i) {
    std::string comment;
    for (int j = 0; j < 24; ++j)
      comment += alphabet[random() % alphabet.size()];
    std::string line;
    for (const char c : ToCppComment(comment) + "\n") {
      if (c != '\n') {
        line += c;
        continue;
      }
      if (line.empty()) continue;
      ASSERT_EQ(line.substr(0, 2), "//") << comment;
      ASSERT_NE(line.back(), '\\') << comment;
      ASSERT_NE(line.back(), ' ') << comment;
      line.clear();
    }
  }
}

TEST(WithParagraph, AddsAParagraph) {
  EXPECT_EQ(WithParagraph("", "// b"), "// b");
  EXPECT_EQ(WithParagraph("// a", "// b"), "// a\n//\n// b");
}

TEST(WrapComment, BreaksBetweenWords) {
  EXPECT_THAT(
      WrapComment("// one two three", 10),
      ElementsAre("// one two", "// three"));
  EXPECT_THAT(
      WrapComment("//   - one two", 10), ElementsAre("//   - one", "//   two"));
  EXPECT_THAT(WrapComment("/// a b", 6), ElementsAre("/// a", "/// b"));
}

TEST(WrapComment, LeavesWordsThatAreTooLong) {
  EXPECT_THAT(
      WrapComment("// see https://example.com/ here", 10),
      ElementsAre("// see", "// https://example.com/", "// here"));
  EXPECT_THAT(WrapComment("//////////////", 10), ElementsAre("//////////////"));
}

TEST(WrapComment, BreaksNotBehindABackslash) {
  EXPECT_THAT(
      WrapComment("// in C:\\ two three", 10),
      ElementsAre("// in C:\\ two", "// three"));
}

TEST(WidthOf, CountsCharacters) { EXPECT_EQ(WidthOf("aä日"), 3u); }

}  // namespace
}  // namespace hawkmount::protoc
