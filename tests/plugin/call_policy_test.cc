#include "protoc-gen-hawkmount/call_policy.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "protoc-gen-hawkmount/model.h"

namespace hawkmount::protoc {
namespace {

using google::protobuf::TextFormat;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string PlaceIs(const std::vector<int>& path) {
  return absl::StrCat("at ", absl::StrJoin(path, "."));
}

// What a method's options come to: the errors, if there are any.
std::vector<std::string> ErrorsOf(const std::string& text) {
  hawkmount::MethodOptions options;
  EXPECT_TRUE(TextFormat::ParseFromString(text, &options)) << text;
  std::vector<std::string> errors;
  ReadCallPolicy(options, PlaceIs, errors);
  return errors;
}

MethodModel Spelled(const std::string& text) {
  hawkmount::MethodOptions options;
  EXPECT_TRUE(TextFormat::ParseFromString(text, &options)) << text;
  std::vector<std::string> errors;
  MethodModel method;
  method.hooks = {{"LogHook", "log"}};
  SpellCallPolicy(
      ReadCallPolicy(options, PlaceIs, errors),
      google::protobuf::MethodOptions::IDEMPOTENCY_UNKNOWN,
      method);
  EXPECT_THAT(errors, IsEmpty());
  return method;
}

TEST(CallPolicyTest, RefusesScopesThatAreNone) {
  // Written as text format wants it.
  for (const char* scope :
       {"", "a b", " a", "a\\t", "a\\\"", "a\\\\b", "\u00e4"}) {
    EXPECT_THAT(
        ErrorsOf(
            absl::StrCat("auth { scopes: \"x\" scopes: \"", scope, "\" }")),
        ElementsAre(testing::AllOf(
            testing::StartsWith("at 4.1.1: auth: scopes: \""),
            HasSubstr("\" is no scope: name one each, in printable ASCII"))))
        << scope;
  }
  EXPECT_THAT(
      ErrorsOf("auth { scopes: 'a\\n' }"),
      ElementsAre(HasSubstr("\"a<U+000A>\" is no scope")));
  EXPECT_THAT(
      ErrorsOf("auth { scopes: ['https://acme/auth/a.b:c', '!#[]~'] }"),
      IsEmpty());
}

TEST(CallPolicyTest, RefusesAScopeTwiceAndBesidePublic) {
  EXPECT_THAT(
      ErrorsOf("auth { scopes: ['a', 'b', 'a'] public: true }"),
      ElementsAre(
          "at 4.1.2: auth: scopes: \"a\" is there already",
          "at 4.2: auth: public: who needs no credentials needs no scopes: "
          "leave out the one or the other"));
  EXPECT_THAT(ErrorsOf("auth { scopes: 'a' public: false }"), IsEmpty());
}

TEST(CallPolicyTest, RefusesRatesThatAreNone) {
  for (const auto& [text, printed] :
       std::vector<std::pair<std::string, std::string>>{
           {"0", "0"},
           {"-0.0", "-0"},
           {"-1", "-1"},
           {"nan", "nan"},
           {"inf", "inf"},
           {"-inf", "-inf"},
           {"9e-7", "9e-07"},
           {"1.1e9", "1.1e+09"}}) {
    EXPECT_THAT(
        ErrorsOf("rate { per_second: " + text + " }"),
        ElementsAre(
            "at 5.1: rate: per_second: " + printed +
            " is no rate: say 0.000001 to 1000000000, or \"none: true\" "
            "alone"));
  }
  EXPECT_THAT(
      ErrorsOf("rate {}"),
      ElementsAre(HasSubstr("at 5.1: rate: per_second: 0 ")));
  EXPECT_THAT(ErrorsOf("rate { per_second: 1e-6 }"), IsEmpty());
  EXPECT_THAT(ErrorsOf("rate { per_second: 1e9 }"), IsEmpty());
}

TEST(CallPolicyTest, RefusesBurstsOfNothing) {
  EXPECT_THAT(
      ErrorsOf("rate { per_second: 1 burst: 0 }"),
      ElementsAre(
          "at 5.2: rate: burst: 0 would refuse every call: say 1 or more, or "
          "nothing"));
}

TEST(CallPolicyTest, RefusesBurstsThatNeverComeBack) {
  EXPECT_THAT(
      ErrorsOf("rate { per_second: 1e-6 burst: 2208 }"),
      ElementsAre(
          "at 5.2: rate: burst: at 1e-06 a second it would take 70 years and "
          "more until 2208 calls can come at once: say less"));
  EXPECT_THAT(ErrorsOf("rate { per_second: 1e-6 burst: 2207 }"), IsEmpty());
  EXPECT_THAT(ErrorsOf("rate { per_second: 2 burst: 4294967295 }"), IsEmpty());
  EXPECT_THAT(
      ErrorsOf("rate { per_second: 1 burst: 4294967295 }"),
      ElementsAre(HasSubstr("at 5.2: rate: burst: at 1 a second")));
}

TEST(CallPolicyTest, RefusesKeysThatNoCallerCanSend) {
  for (const std::string& key : std::vector<std::string>{
           "",
           "X-Tenant",
           "x tenant",
           "x:tenant",
           "ä",
           ":path",
           std::string(1025, 'x')}) {
    EXPECT_THAT(
        ErrorsOf(
            absl::StrCat("rate { per_second: 1 metadata: \"", key, "\" }")),
        ElementsAre(HasSubstr("at 5.4: rate: metadata: \"")))
        << key;
  }
  for (const char* key : {"grpc-timeout", "te", "content-type"}) {
    EXPECT_THAT(
        ErrorsOf(absl::StrCat("rate { per_second: 1 metadata: '", key, "' }")),
        ElementsAre(
            HasSubstr("keys that begin with \"grpc-\" are gRPC's own")));
  }
  EXPECT_THAT(
      ErrorsOf("rate { per_second: 1 key: 7 }"),
      ElementsAre("at 5.3: rate: key: 7 is none: say PEER or USER"));
  EXPECT_THAT(
      ErrorsOf("rate { per_second: 1 metadata: 'x-tenant_2.b' }"), IsEmpty());
}

TEST(CallPolicyTest, RefusesARateBesideNone) {
  for (const char* rate : {"per_second: 1", "burst: 1", "key: PEER"}) {
    EXPECT_THAT(
        ErrorsOf(absl::StrCat("rate { none: true ", rate, " }")),
        ElementsAre(HasSubstr("at 5.5: rate: none: there is a rate beside")))
        << rate;
  }
  EXPECT_THAT(ErrorsOf("rate { none: true }"), IsEmpty());
}

TEST(CallPolicyTest, RefusesSharesThatAreNone) {
  for (const char* share : {"-0.1", "1.1", "nan", "inf"}) {
    EXPECT_THAT(
        ErrorsOf(absl::StrCat("log_sampling: ", share)),
        ElementsAre(absl::StrCat(
            "at 6: log_sampling: ", share, " is no share: say 0 to 1")));
  }
  EXPECT_THAT(ErrorsOf("log_sampling: 0"), IsEmpty());
  EXPECT_THAT(ErrorsOf("log_sampling: 1"), IsEmpty());
  EXPECT_THAT(
      ErrorsOf("log_sampling: 0.5 observe { log: false }"),
      ElementsAre(HasSubstr("at 6: log_sampling: \"observe.log = false\"")));
}

TEST(CallPolicyTest, SpellsRatesAsShortAsTheyAre) {
  const auto rate = [](const std::string& text) {
    return Spelled("rate { " + text + " }").policy.rate;
  };
  EXPECT_EQ(rate("per_second: 100"), ".per_second = 100, .burst = 100");
  EXPECT_EQ(rate("per_second: 0.1"), ".per_second = 0.1, .burst = 1");
  EXPECT_EQ(
      rate("per_second: 1e9"), ".per_second = 1e+09, .burst = 1000000000");
  EXPECT_EQ(rate("per_second: 1e-6"), ".per_second = 1e-06, .burst = 1");
  EXPECT_EQ(rate("per_second: 2.01"), ".per_second = 2.01, .burst = 3");
  EXPECT_EQ(
      rate("per_second: 2 burst: 4294967295 key: PEER"),
      ".per_second = 2, .burst = 4294967295");
  EXPECT_EQ(
      rate("per_second: 1 key: USER"),
      ".per_second = 1, .burst = 1, .key = hawkmount::RateKey::kUser");
  EXPECT_EQ(
      rate("per_second: 1 metadata: 'x-a'"),
      ".per_second = 1, .burst = 1, .key = hawkmount::RateKey::kMetadata, "
      ".metadata = \"x-a\"");
  EXPECT_EQ(rate("none: true"), ".none = true");
}

TEST(CallPolicyTest, WhatIsSaidReplacesAsAWholeAndTheRestStays) {
  hawkmount::MethodOptions options;
  ASSERT_TRUE(TextFormat::ParseFromString(
      "auth { scopes: 'a' } rate { per_second: 1 burst: 9 } log_sampling: 0.5 "
      "idempotent: true",
      &options));
  std::vector<std::string> errors;
  CallPolicy policy = ReadCallPolicy(options, PlaceIs, errors);
  Override({}, policy);
  EXPECT_EQ(policy.auth->value.scopes_size(), 1);
  EXPECT_EQ(policy.rate->value.burst(), 9u);
  EXPECT_EQ(policy.log_sampling->value, 0.5);
  EXPECT_TRUE(policy.idempotent->value);

  ASSERT_TRUE(TextFormat::ParseFromString(
      "auth { public: true } rate { per_second: 2 } log_sampling: 0 "
      "idempotent: false",
      &options));
  Override(ReadCallPolicy(options, PlaceIs, errors), policy);
  EXPECT_EQ(policy.auth->value.scopes_size(), 0);
  EXPECT_TRUE(policy.auth->value.public_());
  EXPECT_FALSE(policy.rate->value.has_burst());
  EXPECT_EQ(policy.log_sampling->value, 0);
  EXPECT_FALSE(policy.idempotent->value);
  EXPECT_THAT(errors, IsEmpty());
}

}  // namespace
}  // namespace hawkmount::protoc
