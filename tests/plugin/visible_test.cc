#include "protoc-gen-hawkmount/visible.h"

#include <gtest/gtest.h>

namespace hawkmount::protoc {
namespace {

TEST(Visible, SpellsOutWhatCannotBeSeen) {
  using std::string_literals::operator""s;
  EXPECT_EQ(Visible("a\0b\x1b\x7f"s), "a<U+0000>b<U+001B><U+007F>");
  EXPECT_EQ(
      Visible("\u202e\u2066x\u2069\u200f\u2028\ufeff\u0085"),
      "<U+202E><U+2066>x<U+2069><U+200F><U+2028><U+FEFF><U+0085>");
}

TEST(Visible, KeepsOtherCharacters) {
  EXPECT_EQ(Visible("ä日🦅\u00a0"), "ä日🦅\u00a0");
}

TEST(Visible, SpellsOutWhatIsNotUtf8) {
  EXPECT_EQ(Visible("\xff"), "<0xFF>");
  EXPECT_EQ(Visible("\xc3"), "<0xC3>");            // cut short
  EXPECT_EQ(Visible("\xc0\xaf"), "<0xC0><0xAF>");  // overlong
  EXPECT_EQ(Visible("\xe0\x80\x80"), "<0xE0><0x80><0x80>");
  EXPECT_EQ(Visible("\xed\xa0\x80"), "<0xED><0xA0><0x80>");  // surrogate
  EXPECT_EQ(Visible("\xf5\x80\x80\x80"), "<0xF5><0x80><0x80><0x80>");
}

}  // namespace
}  // namespace hawkmount::protoc
