// H75: where settings come from, and what is said of those that are wrong.

#include "hawkmount/settings.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"

namespace hawkmount {
namespace {

using namespace std::chrono_literals;
using Words = std::map<std::string, std::string>;

Words Environment() {
  Words all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    all[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
  }
  return all;
}

class SettingsTest : public testing::Test {
 protected:
  SettingsTest() {
    std::string name = testing::TempDir() + "/settings.XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~SettingsTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& file) const {
    return folder_ + "/" + file;
  }
  void Write(const std::string& file, const std::string& content) const {
    std::ofstream(Path(file)) << content;
  }
  Settings Load(
      Words environment = {},
      Words overrides = {},
      const std::string& profile = "") const {
    auto settings = Settings::Load(
        {.profile = profile,
         .directory = folder_,
         .overrides = std::move(overrides),
         .environment = std::move(environment)});
    EXPECT_TRUE(settings.ok()) << settings.status();
    return *settings;
  }
  absl::Status LoadError(const std::string& profile = "") const {
    return Settings::Load({.profile = profile,
                           .directory = folder_,
                           .overrides = {},
                           .environment = Words()})
        .status();
  }

  std::string folder_;
};

std::string TextOf(const Settings& settings, const std::string& name) {
  const auto text = settings.Get<std::string>(name);
  return text.ok() ? *text : std::string(text.status().message());
}

TEST_F(SettingsTest, EachPlaceGoesBeforeTheNext) {
  Write(".env", "A=file\nB=file\nC=file\nD=file\n");
  Write(".env.development", "A=profile\nB=profile\nC=profile\n");
  Write(".env.test", "A=test\n");
  const Settings settings =
      Load({{"A", "environment"}, {"B", "environment"}}, {{"A", "override"}});
  EXPECT_EQ(TextOf(settings, "A"), "override");
  EXPECT_EQ(TextOf(settings, "B"), "environment");
  EXPECT_EQ(TextOf(settings, "C"), "profile");
  EXPECT_EQ(TextOf(settings, "D"), "file");
  EXPECT_EQ(settings.Get<std::string>("E", "default").value(), "default");
  EXPECT_EQ(settings.Get<std::string>("D", "default").value(), "file");
}

TEST_F(SettingsTest, TheProfile) {
  Write(".env", "A=file\n");
  Write(".env.development", "A=development\n");
  Write(".env.staging", "A=staging\n");
  EXPECT_EQ(Load().profile(), "development");
  EXPECT_EQ(TextOf(Load(), "A"), "development");
  EXPECT_EQ(Load({{"HAWKMOUNT_ENV", ""}}).profile(), "development");
  EXPECT_EQ(TextOf(Load({{"HAWKMOUNT_ENV", "staging"}}), "A"), "staging");
  const Settings named = Load({{"HAWKMOUNT_ENV", "staging"}}, {}, "production");
  EXPECT_EQ(named.profile(), "production");
  EXPECT_EQ(TextOf(named, "A"), "file") << "there is no .env.production";
  for (const char* bad : {"../x", "a/b", ".hidden", "a b", "\n"}) {
    const absl::Status refused = LoadError(bad);
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_NE(refused.message().find("HAWKMOUNT_ENV"), std::string::npos);
  }
}

TEST_F(SettingsTest, TheProcessEnvironmentIsReadAndNeverWritten) {
  Write(".env", "HAWKMOUNT_TEST_A=file\nHAWKMOUNT_TEST_B=file\n");
  ASSERT_EQ(setenv("HAWKMOUNT_TEST_A", "process=1", 1), 0);
  const Words before = Environment();
  const auto settings =
      Settings::Load({.profile = "test", .directory = folder_});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(Environment(), before);
  EXPECT_EQ(getenv("HAWKMOUNT_TEST_B"), nullptr);
  ASSERT_EQ(unsetenv("HAWKMOUNT_TEST_A"), 0);
  EXPECT_EQ(TextOf(*settings, "HAWKMOUNT_TEST_A"), "process=1");
  EXPECT_EQ(TextOf(*settings, "HAWKMOUNT_TEST_B"), "file");
}

TEST_F(SettingsTest, FilesOfTheWorkingDirectory) {
  Write(".env", "A=here\n1=2");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  const auto settings = Settings::Load({.profile = "test"});
  std::filesystem::current_path(before);
  EXPECT_TRUE(absl::StartsWith(settings.status().message(), ".env:2: "))
      << settings.status();
}

TEST_F(SettingsTest, ABadLineIsToldWithItsPlace) {
  Write(".env.test", "A=1\nnothing\n");
  const absl::Status refused = LoadError("test");
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StartsWith(refused.message(), Path(".env.test") + ":2: "))
      << refused;
  EXPECT_TRUE(LoadError("other").ok()) << "that file is not read";
}

TEST_F(SettingsTest, TypedFieldsKeepTheirDefaults) {
  Write(".env", "PORT=50052\nTIMEOUT=1500ms\nHOSTS=a, b\nDEBUG=on\n");
  int port = 1;
  int other_port = 2;
  bool debug = false;
  double share = 0.5;
  std::chrono::milliseconds timeout = 1s;
  std::vector<std::string> hosts;
  const absl::Status read = Load().Read(
      {{"PORT", port, kRequired},
       {"OTHER_PORT", other_port},
       {"DEBUG", debug},
       {"SHARE", share},
       {"TIMEOUT", timeout},
       {"HOSTS", hosts}});
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(port, 50052);
  EXPECT_EQ(other_port, 2);
  EXPECT_TRUE(debug);
  EXPECT_EQ(share, 0.5);
  EXPECT_EQ(timeout, 1500ms);
  EXPECT_EQ(hosts, (std::vector<std::string>{"a", "b"}));
}

TEST_F(SettingsTest, AllThatIsWrongIsToldAtOnce) {
  Write(".env", "GOOD=3\n\nPORT=http\n");
  const Settings settings =
      Load({{"DEBUG", "maybe\n"}}, {{"TIMEOUT", "5"}}, "test");
  int good = 1;
  int port = 1;
  bool debug = true;
  std::chrono::seconds timeout = 1s;
  std::string database = "none";
  const absl::Status read = settings.Read(
      {{"DATABASE", database, kRequired},
       {"PORT", port},
       {"DEBUG", debug},
       {"TIMEOUT", timeout},
       {"GOOD", good}});
  EXPECT_EQ(read.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      read.message(),
      "required setting DATABASE is missing: set it in the environment, " +
          Path(".env.test") + " or " + Path(".env") + "; " + Path(".env") +
          ":3: setting PORT: \"http\" is no whole number from -2147483648 to "
          "2147483647; environment: setting DEBUG: \"maybe\\n\" is neither "
          "true (true, 1, yes, on) nor false (false, 0, no, off); override: "
          "setting TIMEOUT: \"5\" is no duration: a number with its unit, as "
          "100ms, 5s or 1h30m");
  EXPECT_EQ(good, 3);
  EXPECT_EQ(port, 1);
  EXPECT_TRUE(debug);
  EXPECT_EQ(timeout, 1s);
  EXPECT_EQ(database, "none");
}

TEST_F(SettingsTest, SingleSettings) {
  const Settings settings = Load({{"PORT", "x"}});
  EXPECT_EQ(
      settings.Get<int>("MISSING").status().code(),
      absl::StatusCode::kNotFound);
  EXPECT_EQ(
      settings.Get<int>("PORT").status().code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      settings.Get<int>("PORT", 3).status().code(),
      absl::StatusCode::kInvalidArgument)
      << "a bad text is not a missing one";
  EXPECT_EQ(settings.Get<int>("MISSING", 3).value(), 3);
}

TEST_F(SettingsTest, SecretsAreShownNowhere) {
  Write(
      ".env",
      "DB_PASSWORD=hunter2\napiKey=hunter2\nSECRET=hunter2\nAuthToken=hunter2\n"
      "HOST=a\"b\nUNASKED=1\n");
  const Settings settings =
      Load({{"KEY_TTL", "hunter2"}, {"SHELL", "/bin/sh"}}, {{"PORT", "1"}});
  const auto wrong = settings.Get<int>("KEY_TTL");
  EXPECT_EQ(
      wrong.status().message(),
      "environment: setting KEY_TTL: \"****\" is no whole number from "
      "-2147483648 to 2147483647");
  EXPECT_TRUE(settings.Get<int>("WORKERS", 4).ok());
  const std::string file = Path(".env");
  EXPECT_EQ(
      settings.ToString(),
      "profile development\n"
      "AuthToken=\"****\" (" +
          file +
          ":4)\n"
          "DB_PASSWORD=\"****\" (" +
          file +
          ":1)\n"
          "HOST=\"a\\\"b\" (" +
          file +
          ":5)\n"
          "KEY_TTL=\"****\" (environment)\n"
          "PORT=\"1\" (override)\n"
          "SECRET=\"****\" (" +
          file +
          ":3)\n"
          "UNASKED=\"1\" (" +
          file +
          ":6)\n"
          "WORKERS is not set\n"
          "apiKey=\"****\" (" +
          file + ":2)\n");
}

}  // namespace
}  // namespace hawkmount
