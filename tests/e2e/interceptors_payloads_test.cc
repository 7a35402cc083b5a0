// Messages in the log, without what nobody is to see there, in both styles.

#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "handlers.h"
#include "hawkmount/interceptors/log_payloads.h"
#include "interceptors/payload_text.h"
#include "policy.hawkmount.pb.h"

namespace e2e {
namespace {

using acme::policy::v1::AccountsClient;
using acme::policy::v1::AccountsHandler;
using acme::policy::v1::AccountsMethods;
using acme::policy::v1::AccountsMount;
using acme::policy::v1::Name;
using acme::policy::v1::User;
using hawkmount::LogPayloads;
using hawkmount::interceptors::PayloadText;
using namespace std::chrono_literals;

class BlockingAccounts final : public AccountsHandler {
 public:
  absl::Status Put(PutContext&, const User& user, Name& name) override {
    name.set_name(user.name());
    return absl::OkStatus();
  }
  absl::Status LogIn(
      LogInContext&, const User& user, LogInStream& stream) override {
    Name name;
    name.set_name(user.name());
    stream.Write(name);
    return absl::OkStatus();
  }
};

class CoroutineAccounts final : public AccountsHandler {
 public:
  hawkmount::Task PutAsync(PutContext&, const User& user, Name& name) override {
    name.set_name(user.name());
    return absl::OkStatus();
  }
  hawkmount::Task LogInAsync(
      LogInContext&, const User& user, LogInAsyncStream& stream) override {
    Name name;
    name.set_name(user.name());
    const bool written = co_await stream.Write(name);
    EXPECT_TRUE(written);
    co_return absl::OkStatus();
  }
};

User Ann() {
  User user;
  user.set_name("ann\n\"x\"");
  user.set_password("hunter2");
  (*user.mutable_cards())["main"].set_holder("Ann");
  (*user.mutable_cards())["main"].set_number("4711");
  user.mutable_sponsor()->set_name("bob");
  user.mutable_sponsor()->set_password("hunter3");
  user.mutable_address()->set_city("Secretville");
  return user;
}

constexpr const char* kAnn =
    R"(name: "ann\n\"x\"" password: [REDACTED] cards { key: "main" value )"
    R"({ holder: "Ann" number: [REDACTED] } } sponsor { name: "bob" )"
    R"(password: [REDACTED] } address: [REDACTED])";

template <class Handler>
class LogPayloadsTest : public testing::Test {};
using Handlers = testing::Types<BlockingAccounts, CoroutineAccounts>;
TYPED_TEST_SUITE(LogPayloadsTest, Handlers);

TYPED_TEST(LogPayloadsTest, WritesEachMessageWithoutItsSecrets) {
  std::shared_ptr<std::vector<std::string>> lines;
  TypeParam handler;
  hawkmount::App app({.logger = KeepLines(lines)});
  auto& mount = app.Mount(
      AccountsMount(handler, LogPayloads()), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const AccountsClient client(hawkmount::Channel::Insecure(
      "127.0.0.1:" + std::to_string(mount.port())));
  EXPECT_TRUE(
      client.Put(Ann(), {.timeout = 60s, .request_id = "the-call"}).ok());
  auto stream =
      client.LogIn(Ann(), {.timeout = 60s, .request_id = "the-stream"});
  Name name;
  EXPECT_TRUE(stream.Read(name));
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_TRUE(app.Shutdown(5s).ok());
  const std::string path = "/acme.policy.v1.Accounts/";
  for (const std::string& line :
       {"request of " + path + "Put the-call: " + kAnn,
        "response of " + path + R"(Put the-call: name: "ann\n\"x\"")",
        "request of " + path + "LogIn the-stream: " + kAnn,
        "response of " + path + R"(LogIn the-stream: name: "ann\n\"x\"")"}) {
    EXPECT_EQ(std::ranges::count(*lines, line), 1) << line;
  }
  for (const std::string& line : *lines) {
    for (const char* secret : {"hunter", "4711", "Secretville"}) {
      EXPECT_EQ(line.find(secret), std::string::npos) << line;
    }
  }
}

TYPED_TEST(LogPayloadsTest, OneDirectionAndNoMoreThanSoMuch) {
  std::shared_ptr<std::vector<std::string>> lines;
  TypeParam handler;
  hawkmount::App app({.logger = KeepLines(lines)});
  auto& mount = app.Mount(
      AccountsMount(handler, LogPayloads({.responses = false, .max_bytes = 8})),
      {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const AccountsClient client(hawkmount::Channel::Insecure(
      "127.0.0.1:" + std::to_string(mount.port())));
  EXPECT_TRUE(client.Put(Ann(), {.timeout = 60s, .request_id = "x"}).ok());
  EXPECT_TRUE(app.Shutdown(5s).ok());
  EXPECT_EQ(
      std::ranges::count(
          *lines, "request of /acme.policy.v1.Accounts/Put x: name: \"a..."),
      1);
  for (const std::string& line : *lines) {
    EXPECT_FALSE(line.starts_with("response of")) << line;
  }
}

TEST(PayloadTextTest, ValuesOfAllTypes) {
  google::protobuf::FileDescriptorProto file;
  file.set_name("a.proto");
  file.add_public_dependency(-7);
  file.add_public_dependency(8);
  auto* field = file.add_message_type()->add_field();
  field->set_type(google::protobuf::FieldDescriptorProto::TYPE_BOOL);
  field->set_proto3_optional(true);
  EXPECT_EQ(
      PayloadText(file, {}, 1000),
      "name: \"a.proto\" message_type { field { type: TYPE_BOOL "
      "proto3_optional: true } } public_dependency: -7 public_dependency: 8");
  google::protobuf::UninterpretedOption option;
  option.set_positive_int_value(UINT64_MAX);
  option.set_negative_int_value(INT64_MIN);
  option.set_double_value(0.5);
  option.set_string_value(std::string("\0\xff", 2));
  EXPECT_EQ(
      PayloadText(option, {}, 1000),
      "positive_int_value: 18446744073709551615 negative_int_value: "
      "-9223372036854775808 double_value: 0.5 string_value: \"\\000\\377\"");
  EXPECT_EQ(PayloadText(Name(), {}, 1000), "");
}

TEST(PayloadTextTest, WhatNobodyKnowsIsNotShown) {
  google::protobuf::Any any;
  any.PackFrom(Ann());
  EXPECT_EQ(
      PayloadText(any, {}, 1000),
      "type_url: \"type.googleapis.com/acme.policy.v1.User\" value: "
      "[REDACTED]");
  Name name;
  EXPECT_TRUE(name.ParseFromString(Ann().SerializeAsString()));
  const std::string text = PayloadText(name, {}, 1000);
  EXPECT_EQ(text, "name: \"ann\\n\\\"x\\\"\" [4 unknown]");
}

TEST(PayloadTextTest, LargeMessagesAreCut) {
  Name name;
  name.set_name(std::string(10'000'000, '\n'));
  EXPECT_EQ(PayloadText(name, {}, 10), "name: \"\\n\\...");
  User user;
  for (int i = 0; i < 1000; ++i) {
    (*user.mutable_cards())[std::to_string(i)].set_holder("x");
  }
  const std::string text =
      PayloadText(user, AccountsMethods::kPut.policy->redacted, 100);
  EXPECT_EQ(text.size(), 103u);
  EXPECT_TRUE(text.ends_with("..."));
}

}  // namespace
}  // namespace e2e
