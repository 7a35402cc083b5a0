#include "protoc-gen-hawkmount/options.h"

#include <gtest/gtest.h>

namespace hawkmount::protoc {
namespace {

std::string ErrorOf(const std::string& parameter) {
  return std::string(ParseOptions(parameter).status().message());
}

TEST(ParseOptions, HasDefaults) {
  for (const char* parameter : {"", ",", ",,"}) {
    const auto options = ParseOptions(parameter);
    ASSERT_TRUE(options.ok()) << options.status();
    EXPECT_EQ(options->policy_file, "");
    EXPECT_EQ(options->observe, kAllOn);
  }
}

TEST(ParseOptions, TakesAPolicy) {
  EXPECT_EQ(ParseOptions("policy=a/b.txt,")->policy_file, "a/b.txt");
  EXPECT_EQ(ParseOptions("policy=a=b")->policy_file, "a=b");
}

TEST(ParseOptions, TurnsTestingOn) {
  EXPECT_FALSE(ParseOptions("")->testing);
  EXPECT_TRUE(ParseOptions("testing")->testing);
  EXPECT_TRUE(ParseOptions("log=false,testing=true")->testing);
  EXPECT_FALSE(ParseOptions("testing,testing=false")->testing);
  EXPECT_EQ(
      ErrorOf("testing=1"), "Invalid parameter: testing=1: say true or false");
}

TEST(ParseOptions, TurnsHooksOnAndOff) {
  const auto observe = [](const char* parameter) {
    const auto options = ParseOptions(parameter);
    EXPECT_TRUE(options.ok()) << options.status();
    return options->observe;
  };
  EXPECT_EQ(observe("metrics=false"), (Switches{false, true, true}));
  EXPECT_EQ(observe("request_id=false"), (Switches{true, false, true}));
  EXPECT_EQ(observe("log=false"), (Switches{true, true, false}));
  EXPECT_EQ(observe("log,metrics=true,request_id"), kAllOn);
  EXPECT_EQ(
      observe("metrics=false,policy=p,log=false"),
      (Switches{false, true, false}));
  // The last word counts.
  EXPECT_EQ(observe("log=false,log"), kAllOn);
  EXPECT_EQ(observe("log,log=false"), (Switches{true, true, false}));
}

TEST(ParseOptions, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(
      ErrorOf("colour=red"),
      "Unknown parameter: colour=red (protoc-gen-hawkmount --help)");
  EXPECT_EQ(
      ErrorOf("policy=a,Policy=b"),
      "Unknown parameter: Policy=b (protoc-gen-hawkmount --help)");
  for (const char* parameter :
       {"x", "=", "=x", " policy=a", "a=b=c", "\n", "logs", "Log=true"}) {
    EXPECT_EQ(ErrorOf(parameter).find("Unknown parameter: "), 0u) << parameter;
  }
}

TEST(ParseOptions, RefusesWrongValues) {
  EXPECT_EQ(ErrorOf("policy"), "Invalid parameter: policy: say policy=FILE");
  EXPECT_EQ(ErrorOf("policy="), "Invalid parameter: policy=: say policy=FILE");
  EXPECT_EQ(
      ErrorOf("policy=a,policy=b"),
      "Invalid parameter: policy=b: there is a policy already");
  for (const std::string parameter :
       {"log=", "log=1", "metrics=off", "request_id=True", "log=false=false"}) {
    EXPECT_EQ(
        ErrorOf(parameter),
        "Invalid parameter: " + parameter + ": say true or false");
  }
}

TEST(ParseOptions, QuotesNoMoreThanHelps) {
  EXPECT_LT(ErrorOf(std::string(1 << 16, 'x')).size(), 300u);
  EXPECT_EQ(ErrorOf("a\nb").find('\n'), std::string::npos);
}

}  // namespace
}  // namespace hawkmount::protoc
