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

TEST(ToCppComment, SpellsOutWhatCannotBeSeen) {
  using std::string_literals::operator""s;
  EXPECT_EQ(ToCppComment(" a\0b\x1b\x7f"s), "// a<U+0000>b<U+001B><U+007F>");
  EXPECT_EQ(
      ToCppComment(" \u202e\u2066x\u2069\u200f\u2028\ufeff\u0085"),
      "// <U+202E><U+2066>x<U+2069><U+200F><U+2028><U+FEFF><U+0085>");
}

TEST(ToCppComment, KeepsOtherCharacters) {
  EXPECT_EQ(ToCppComment(" ä日🦅\u00a0"), "// ä日🦅\u00a0");
}

TEST(ToCppComment, SpellsOutWhatIsNotUtf8) {
  EXPECT_EQ(ToCppComment(" \xff"), "// <0xFF>");
  EXPECT_EQ(ToCppComment(" \xc3"), "// <0xC3>");            // cut short
  EXPECT_EQ(ToCppComment(" \xc0\xaf"), "// <0xC0><0xAF>");  // overlong
  EXPECT_EQ(ToCppComment(" \xe0\x80\x80"), "// <0xE0><0x80><0x80>");
  EXPECT_EQ(
      ToCppComment(" \xed\xa0\x80"), "// <0xED><0xA0><0x80>");  // surrogate
  EXPECT_EQ(ToCppComment(" \xf5\x80\x80\x80"), "// <0xF5><0x80><0x80><0x80>");
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
