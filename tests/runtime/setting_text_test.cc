// H75: what the texts of settings mean.

#include "hawkmount/setting_text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace palette {

enum class Color { kRed, kGreen };

absl::Status ParseSetting(std::string_view text, Color& value) {
  if (text != "red" && text != "green") {
    return absl::InvalidArgumentError("is no color");
  }
  value = text == "red" ? Color::kRed : Color::kGreen;
  return absl::OkStatus();
}

}  // namespace palette

namespace hawkmount {
namespace {

using namespace std::chrono_literals;

template <class T>
T Parsed(std::string_view text) {
  T value{};
  const absl::Status status = ParseSetting(text, value);
  EXPECT_TRUE(status.ok()) << text << " " << status;
  return value;
}

// The message, once it is seen that the value was left alone.
template <class T>
std::string Refused(std::string_view text, T value = T{}) {
  const T before = value;
  const absl::Status status = ParseSetting(text, value);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
  EXPECT_EQ(value, before) << text;
  return std::string(status.message());
}

TEST(SettingTextTest, Bools) {
  for (const char* text : {"true", "1", "yes", "on", "TRUE", "Yes", "oN"}) {
    EXPECT_TRUE(Parsed<bool>(text)) << text;
  }
  for (const char* text : {"false", "0", "no", "off", "False", "NO", "Off"}) {
    EXPECT_FALSE(Parsed<bool>(text)) << text;
  }
  for (const char* text : {"", "2", "y", "t", "enabled", "true ", "on\n"}) {
    EXPECT_EQ(
        Refused<bool>(text, true),
        "is neither true (true, 1, yes, on) nor false (false, 0, no, off)");
    Refused<bool>(text, false);
  }
}

TEST(SettingTextTest, WholeNumbers) {
  EXPECT_EQ(Parsed<int>("-7"), -7);
  EXPECT_EQ(Parsed<int>("007"), 7);
  EXPECT_EQ(Parsed<int64_t>("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(Parsed<uint64_t>("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(Parsed<size_t>("0"), 0u);
  EXPECT_EQ(Parsed<uint8_t>("255"), 255);
  EXPECT_EQ(Parsed<int8_t>("-128"), -128);
  for (const char* text :
       {"", " 1", "1 ", "+1", "0x10", "1e3", "1.0", "1_000", "2147483648"}) {
    EXPECT_EQ(
        Refused<int>(text, 5),
        "is no whole number from -2147483648 to 2147483647");
  }
  EXPECT_EQ(Refused<uint8_t>("256"), "is no whole number from 0 to 255");
  Refused<uint8_t>("-1");
  Refused<int8_t>("128");
  Refused<int8_t>("-129");
  Refused<uint64_t>("18446744073709551616");
  Refused<int64_t>("9223372036854775808");
}

TEST(SettingTextTest, Doubles) {
  EXPECT_EQ(Parsed<double>("0.25"), 0.25);
  EXPECT_EQ(Parsed<double>("-1e3"), -1000);
  EXPECT_EQ(Parsed<double>("5"), 5);
  for (const char* text : {"", "nan", "inf", "1e999", "1,5", "0.5s", " 1"}) {
    EXPECT_EQ(Refused<double>(text, 2.5), "is no number");
  }
}

TEST(SettingTextTest, Durations) {
  EXPECT_EQ(Parsed<std::chrono::milliseconds>("5s"), 5s);
  EXPECT_EQ(Parsed<std::chrono::milliseconds>("100ms"), 100ms);
  EXPECT_EQ(Parsed<std::chrono::seconds>("1h30m"), 90min);
  EXPECT_EQ(Parsed<std::chrono::milliseconds>("1.5s"), 1500ms);
  EXPECT_EQ(Parsed<std::chrono::minutes>("0"), 0min);
  EXPECT_EQ(Parsed<std::chrono::nanoseconds>("1us"), 1us);
  for (const char* text : {"", "5", "s", "5 s", "5sec", "abc"}) {
    EXPECT_EQ(
        Refused(text, 7ms),
        "is no duration: a number with its unit, as 100ms, 5s or 1h30m");
  }
  for (const char* text : {"inf", "-inf", "10000000h", "0.25ns"}) {
    Refused(text, 7ns);
  }
  EXPECT_EQ(Refused("1500ms", 7s), "is finer than the setting's unit");
}

TEST(SettingTextTest, Lists) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(Parsed<Texts>("a,b c , d"), (Texts{"a", "b c", "d"}));
  EXPECT_EQ(Parsed<Texts>("a"), Texts{"a"});
  EXPECT_EQ(Parsed<Texts>(""), Texts());
  EXPECT_EQ(Parsed<Texts>(" ,,a,"), Texts{"a"});
  EXPECT_EQ(Parsed<std::vector<int>>("1, -2"), (std::vector<int>{1, -2}));
  EXPECT_EQ(
      Refused<std::vector<int>>("1,two", {9}),
      "is no whole number from -2147483648 to 2147483647");
}

TEST(SettingTextTest, OtherTypes) {
  EXPECT_EQ(Parsed<std::string>(" as it is "), " as it is ");
  EXPECT_EQ(Parsed<std::optional<size_t>>("3"), std::optional<size_t>(3));
  Refused<std::optional<size_t>>("x", std::nullopt);
  EXPECT_EQ(
      Parsed<std::optional<std::vector<int>>>("1,2"), (std::vector<int>{1, 2}));
  EXPECT_EQ(
      Parsed<std::vector<std::optional<int>>>("1"),
      (std::vector<std::optional<int>>{1}));
  EXPECT_EQ(Parsed<LogFormat>("json"), LogFormat::kJson);
  EXPECT_EQ(Parsed<LogFormat>("text"), LogFormat::kText);
  EXPECT_EQ(
      Refused<LogFormat>("xml", LogFormat::kText),
      "is no log format: json or text");
  EXPECT_EQ(Parsed<palette::Color>("green"), palette::Color::kGreen);
  EXPECT_EQ(
      Parsed<std::vector<palette::Color>>("green,red"),
      (std::vector{palette::Color::kGreen, palette::Color::kRed}));
}

}  // namespace
}  // namespace hawkmount
