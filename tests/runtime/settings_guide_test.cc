// H75, H76: what docs/guide/settings.md shows. Its pieces of C++ stand here,
// line for line; its pieces of .env are read.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "hawkmount/app.h"
#include "hawkmount/settings.h"
#include "settings/env_file.h"

namespace {

using namespace std::chrono_literals;

hawkmount::AppOptions app_options;
hawkmount::MountOptions mount_options;
std::string database;
std::vector<std::string> admins;

int Main() {
  absl::StatusOr<hawkmount::Settings> settings = hawkmount::Settings::Load();
  absl::Status read = settings.status();
  if (read.ok()) {
    read = settings->Read({
        {"DATABASE_URL", database, hawkmount::kRequired},
        {"ADMINS", admins},
        {"PORT", mount_options.port},
        {"MAX_CALLS", mount_options.max_concurrent_rpcs},
        {"HTTP_PORT", app_options.http.port},
        {"GRACE", app_options.grace},
        {"LOG_FORMAT", app_options.log.format},
    });
  }
  if (!read.ok()) {
    std::fprintf(stderr, "%s\n", read.ToString().c_str());
    return 1;
  }
  return 0;
}

absl::StatusOr<std::chrono::seconds> Single(
    const hawkmount::Settings& settings) {
  absl::StatusOr<bool> debug = settings.Get<bool>("DEBUG", false);
  auto age = settings.Get<std::chrono::seconds>("MAX_AGE");  // required
  if (!debug.ok()) return debug.status();
  return age;
}

auto ForTests() {
  auto settings = hawkmount::Settings::Load({
      .profile = "test",
      .overrides = {{"PORT", "0"}},
      .environment = std::map<std::string, std::string>{},
  });
  return settings;
}

enum class Color { kRed, kGreen };

absl::Status ParseSetting(std::string_view text, Color& color) {
  if (text != "red" && text != "green") {
    return absl::InvalidArgumentError("is no color: red or green");
  }
  color = text == "red" ? Color::kRed : Color::kGreen;
  return absl::OkStatus();
}

std::vector<std::string> LinesOf(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    const absl::string_view stripped = absl::StripAsciiWhitespace(line);
    lines.emplace_back(stripped.data(), stripped.size());
  }
  return lines;
}

// The pieces of the guide that begin with "```KIND", without empty lines.
std::vector<std::vector<std::string>> Pieces(const std::string& kind) {
  std::vector<std::vector<std::string>> pieces;
  bool inside = false;
  for (const std::string& line : LinesOf(SETTINGS_GUIDE)) {
    if (inside && line == "```") {
      inside = false;
    } else if (inside) {
      if (!line.empty()) pieces.back().push_back(line);
    } else if (line == "```" + kind) {
      inside = true;
      pieces.emplace_back();
    }
  }
  return pieces;
}

TEST(SettingsGuideTest, ItsCodeCompiles) {
  std::string here;
  for (const std::string& line : LinesOf(SETTINGS_GUIDE_TEST)) {
    if (!line.empty()) here += "\n" + line;
  }
  const auto pieces = Pieces("cpp");
  EXPECT_EQ(pieces.size(), 4u);
  for (const auto& piece : pieces) {
    std::string lines;
    for (const std::string& line : piece) lines += "\n" + line;
    EXPECT_NE(here.find(lines + "\n"), std::string::npos) << lines;
  }
}

std::string EnvPiece() {
  const auto pieces = Pieces("ini");
  if (pieces.size() != 1) return "no piece";
  std::string content;
  for (const std::string& line : pieces[0]) content += line + "\n";
  return content;
}

TEST(SettingsGuideTest, ItsFileGivesWhatTheCodeReads) {
  const auto texts = hawkmount::settings::ParseEnvFile(".env", EnvPiece());
  ASSERT_TRUE(texts.ok()) << texts.status();
  std::map<std::string, std::string> environment;
  for (const auto& [key, sourced] : *texts) environment[key] = sourced.text;
  for (const auto& [key, text] : environment) {
    ASSERT_EQ(setenv(key.c_str(), text.c_str(), 1), 0);
  }
  EXPECT_EQ(Main(), 0);
  for (const auto& [key, text] : environment) {
    ASSERT_EQ(unsetenv(key.c_str()), 0);
  }
  EXPECT_EQ(database, "postgres://db/greeter?sslmode=require # as it stands");
  EXPECT_EQ(admins, (std::vector<std::string>{"ada", "grace"}));
  EXPECT_EQ(mount_options.port, 50052);
  EXPECT_EQ(mount_options.max_concurrent_rpcs, 500u);
  EXPECT_EQ(app_options.http.port, 9464);
  EXPECT_EQ(app_options.grace, 8s);
  EXPECT_EQ(app_options.log.format, hawkmount::LogFormat::kText);
  EXPECT_EQ(Main(), 1) << "without DATABASE_URL";
}

TEST(SettingsGuideTest, ItsOtherPiecesDoWhatTheySay) {
  const auto settings = ForTests();
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->profile(), "test");
  EXPECT_EQ(settings->Get<int>("PORT").value(), 0);
  EXPECT_EQ(Single(*settings).status().code(), absl::StatusCode::kNotFound);
  const auto color = hawkmount::Settings::Load(
      {.overrides = {{"COLOR", "green"}, {"OTHER", "blue"}}});
  ASSERT_TRUE(color.ok()) << color.status();
  EXPECT_EQ(color->Get<Color>("COLOR").value(), Color::kGreen);
  EXPECT_FALSE(color->Get<Color>("OTHER").ok());
}

}  // namespace
