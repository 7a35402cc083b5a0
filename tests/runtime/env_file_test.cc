// H76: what a .env file may say.

#include "settings/env_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"

namespace hawkmount::settings {
namespace {

using Words = std::map<std::string, std::string>;

// The values; empty when there is an error.
Words Values(const std::string& content) {
  Words words;
  const auto texts = ParseEnvFile(".env", content);
  EXPECT_TRUE(texts.ok()) << texts.status();
  if (!texts.ok()) return words;
  for (const auto& [key, sourced] : *texts) words[key] = sourced.text;
  return words;
}

std::string ErrorOf(const std::string& content) {
  const auto texts = ParseEnvFile("a/.env", content);
  EXPECT_EQ(texts.status().code(), absl::StatusCode::kInvalidArgument)
      << content;
  return std::string(texts.status().message());
}

TEST(EnvFileTest, KeysAndValues) {
  EXPECT_EQ(Values("PORT=50051"), (Words{{"PORT", "50051"}}));
  EXPECT_EQ(
      Values("A=1\nB_2=two words\r\n  c.d-e =  spaced \t\nEMPTY=\n_X=="),
      (Words{
          {"A", "1"},
          {"B_2", "two words"},
          {"c.d-e", "spaced"},
          {"EMPTY", ""},
          {"_X", "="}}));
  EXPECT_EQ(Values("URL=http://a/?b=c#d"), (Words{{"URL", "http://a/?b=c#d"}}));
  EXPECT_EQ(
      Values("\xEF\xBB\xBF"
             "A=1"),
      (Words{{"A", "1"}}));
  EXPECT_EQ(Values(""), Words());
}

TEST(EnvFileTest, OnePairOfQuotesIsTakenOff) {
  EXPECT_EQ(Values("A=\"one \""), (Words{{"A", "one "}}));
  EXPECT_EQ(Values("A=' two'"), (Words{{"A", " two"}}));
  EXPECT_EQ(Values("A=\"'three'\""), (Words{{"A", "'three'"}}));
  EXPECT_EQ(Values("A=\"\""), (Words{{"A", ""}}));
  EXPECT_EQ(Values("A=it's"), (Words{{"A", "it's"}}));
  EXPECT_EQ(Values("A=\"no \\n escape\""), (Words{{"A", "no \\n escape"}}));
}

TEST(EnvFileTest, CommentsAreLinesOfTheirOwn) {
  EXPECT_EQ(
      Values("# A=1\n\n   \n  # B=2\nC=3 # not a comment\n#"),
      (Words{{"C", "3 # not a comment"}}));
}

TEST(EnvFileTest, TheLastOfAKeyHoldsAndEachKnowsItsLine) {
  const auto texts = ParseEnvFile("a/.env", "A=1\n\n# \nB=2\nA=3\n");
  ASSERT_TRUE(texts.ok()) << texts.status();
  EXPECT_EQ(texts->at("A").text, "3");
  EXPECT_EQ(texts->at("A").source, "a/.env:5");
  EXPECT_EQ(texts->at("B").source, "a/.env:4");
}

TEST(EnvFileTest, OtherLinesAreErrorsAtTheirPlace) {
  EXPECT_EQ(
      ErrorOf("A=1\n\nhunter2\n"),
      "a/.env:3: there is no \"=\": write KEY=VALUE, or begin a comment with "
      "#");
  EXPECT_EQ(
      ErrorOf("export A=1"),
      "a/.env:1: \"export\" is for shells: write KEY=VALUE");
  for (const char* line : {"=1", "1A=1", "A B=1", "Ä=1", "\"A\"=1"}) {
    EXPECT_EQ(
        ErrorOf(std::string("#\n") + line),
        "a/.env:2: before the \"=\" there is no key: letters, digits, _, . and "
        "-, no digit first");
  }
  for (const char* line : {"A=\"1", "A='", "A=\"1\" # no", "A='1\""}) {
    EXPECT_EQ(
        ErrorOf(line),
        "a/.env:1: A begins with a quote and does not end with it; there are "
        "no comments behind values");
  }
  EXPECT_EQ(
      ErrorOf(std::string("A=1\0 2", 6)),
      "a/.env:1: A has a NUL byte in its value");
}

// Whatever is in a file, it is taken or refused, and what is taken can be
// written down and read again.
TEST(EnvFileTest, AnyBytes) {
  using std::string_view_literals::operator""sv;
  constexpr std::string_view kBytes = "AB1_=='\"# \t\r\n\n\0export\xC3\x84"sv;
  std::mt19937 random(1);
  int taken = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string content(random() % 24, ' ');
    for (char& c : content) c = kBytes[random() % kBytes.size()];
    const auto texts = ParseEnvFile(".env", content);
    if (!texts.ok()) {
      EXPECT_TRUE(absl::StartsWith(texts.status().message(), ".env:"));
      continue;
    }
    taken += texts->empty() ? 0 : 1;
    std::string again;
    for (const auto& [key, sourced] : *texts) {
      again += key + "=\"" + sourced.text + "\"\n";
    }
    const auto reread = ParseEnvFile(".env", again);
    ASSERT_TRUE(reread.ok()) << reread.status();
    ASSERT_EQ(reread->size(), texts->size());
    for (const auto& [key, sourced] : *texts) {
      EXPECT_EQ(reread->at(key).text, sourced.text);
    }
  }
  EXPECT_GT(taken, 100);
}

class EnvFileOnDiskTest : public testing::Test {
 protected:
  EnvFileOnDiskTest() {
    std::string name = testing::TempDir() + "/env_file.XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~EnvFileOnDiskTest() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
};

TEST_F(EnvFileOnDiskTest, AFileThatIsNotThereIsEmpty) {
  const auto none = ReadEnvFile(folder_ + "/.env");
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_TRUE(none->empty());
}

TEST_F(EnvFileOnDiskTest, AFileIsReadWhole) {
  const std::string long_text(10000, 'x');
  std::ofstream(folder_ + "/.env") << "A=" << long_text << "\nB=2";
  const auto texts = ReadEnvFile(folder_ + "/.env");
  ASSERT_TRUE(texts.ok()) << texts.status();
  EXPECT_EQ(texts->at("A").text, long_text);
  EXPECT_EQ(texts->at("B").source, folder_ + "/.env:2");
}

TEST_F(EnvFileOnDiskTest, WhatCannotBeReadIsNamed) {
  const std::string directory = folder_ + "/.env.dir";
  ASSERT_EQ(mkdir(directory.c_str(), 0700), 0);
  const auto read = ReadEnvFile(directory);
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.status().message().find(directory), std::string::npos);
  // A link to itself can be opened by nobody, not even by root.
  const std::string loop = folder_ + "/.env.loop";
  ASSERT_EQ(symlink(loop.c_str(), loop.c_str()), 0);
  const auto opened = ReadEnvFile(loop);
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.status().message().find(loop), std::string::npos);
}

}  // namespace
}  // namespace hawkmount::settings
