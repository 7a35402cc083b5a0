// Bearer tokens (P9): who comes in, who does not and why, and that nothing of a
// token gets out again.

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "handlers.h"
#include "hawkmount/interceptors/bearer_auth.h"
#include "policy.hawkmount.pb.h"

namespace e2e {
namespace {

using acme::policy::v1::AccountsClient;
using acme::policy::v1::AccountsHandler;
using acme::policy::v1::AccountsMount;
using acme::policy::v1::Name;
using acme::policy::v1::User;
using hawkmount::BearerAuth;
using hawkmount::CallOptions;
using hawkmount::Context;
using hawkmount::EqualInConstantTime;
using hawkmount::Method;
using hawkmount::Principal;
using namespace std::chrono_literals;

constexpr const char* kSecret = "s3cr3t-t0k3n";

std::string NameOf(const Context& context) {
  const Principal* principal = context.Get<Principal>();
  return principal == nullptr ? "nobody" : principal->name;
}

class BlockingAccounts final : public AccountsHandler {
 public:
  using Needs = hawkmount::Facts<Principal>;
  absl::Status Find(FindContext& context, const Name&, Name& name) override {
    name.set_name(NameOf(context));
    return absl::OkStatus();
  }
  absl::Status Put(PutContext& context, const User&, Name& name) override {
    name.set_name(NameOf(context));
    return absl::OkStatus();
  }
  absl::Status LogIn(
      LogInContext& context, const User&, LogInStream& stream) override {
    Name name;
    name.set_name(NameOf(context));
    stream.Write(name);
    return absl::OkStatus();
  }
};

class CoroutineAccounts final : public AccountsHandler {
 public:
  using Needs = hawkmount::Facts<Principal>;
  hawkmount::Task FindAsync(
      FindContext& context, const Name&, Name& name) override {
    name.set_name(NameOf(context));
    return absl::OkStatus();
  }
  hawkmount::Task PutAsync(
      PutContext& context, const User&, Name& name) override {
    name.set_name(NameOf(context));
    return absl::OkStatus();
  }
  hawkmount::Task LogInAsync(
      LogInContext& context, const User&, LogInAsyncStream& stream) override {
    Name name;
    name.set_name(NameOf(context));
    const bool written = co_await stream.Write(name);
    EXPECT_TRUE(written);
    co_return absl::OkStatus();
  }
};

absl::StatusOr<Principal> Validate(std::string_view token, const Method&) {
  if (EqualInConstantTime(kSecret, token)) {
    return Principal{.name = "ann", .scopes = {"accounts.read"}};
  }
  if (EqualInConstantTime("admin", token)) {
    return Principal{
        .name = "root", .scopes = {"accounts.write", "accounts.read"}};
  }
  const std::string text(token);
  if (token == "throws") throw std::runtime_error(text);
  if (token == "banned") return absl::PermissionDeniedError(text);
  if (token == "no-keys") return absl::UnavailableError(text);
  return absl::NotFoundError(text);
}

template <class Handler>
class BearerAuthTest : public testing::Test {
 protected:
  BearerAuthTest()
      : app_({.logger = KeepLines(lines_)}),
        mount_(app_.Mount(
            AccountsMount(handler_, BearerAuth(Validate)),
            {.host = "127.0.0.1", .port = 0})) {}
  void SetUp() override { ASSERT_TRUE(app_.Start().ok()); }

  AccountsClient Client() {
    return AccountsClient(hawkmount::Channel::Insecure(
        "127.0.0.1:" + std::to_string(mount_.port())));
  }
  static CallOptions With(std::vector<std::string> authorizations) {
    CallOptions options{.timeout = 20s};
    for (std::string& each : authorizations) {
      options.metadata.emplace_back("authorization", std::move(each));
    }
    return options;
  }
  std::string Find(std::vector<std::string> authorizations) {
    const auto name = Client().Find(Name(), With(std::move(authorizations)));
    return name.ok() ? name->name() : name.status().ToString();
  }

  Handler handler_;
  std::shared_ptr<std::vector<std::string>> lines_;
  hawkmount::App app_;
  hawkmount::MountHandle& mount_;
};

using Handlers = testing::Types<BlockingAccounts, CoroutineAccounts>;
TYPED_TEST_SUITE(BearerAuthTest, Handlers);

TYPED_TEST(BearerAuthTest, WhoComesInAndWhoDoesNot) {
  const std::string secret = kSecret;
  EXPECT_EQ(this->Find({"Bearer " + secret}), "ann");
  EXPECT_EQ(this->Find({"bEARER   " + secret}), "ann");
  EXPECT_EQ(
      this->Find({}),
      "UNAUTHENTICATED: the call has no authorization: send a bearer token");
  const std::string malformed =
      "UNAUTHENTICATED: the call's authorization is not one bearer token";
  for (const std::string& each :
       {std::string("Bearer"),
        std::string("Bearer ="),
        "Basic " + secret,
        "Bearer" + secret,
        "Bearer " + secret + " " + secret,
        "Bearer " + secret + ",x",
        "Bearer =" + secret}) {
    EXPECT_EQ(this->Find({each}), malformed) << each;
  }
  EXPECT_EQ(this->Find({"Bearer " + secret, "Bearer x"}), malformed);
  const std::string invalid =
      "UNAUTHENTICATED: the call's bearer token is not valid";
  EXPECT_EQ(this->Find({"Bearer unknown"}), invalid);
  EXPECT_EQ(this->Find({"Bearer " + secret + "="}), invalid);
  EXPECT_EQ(this->Find({"Bearer throws"}), invalid);
  EXPECT_EQ(
      this->Find({"Bearer banned"}),
      "PERMISSION_DENIED: the caller's token does not allow this call");
  EXPECT_EQ(
      this->Find({"Bearer no-keys"}),
      "UNAVAILABLE: tokens cannot be checked at the moment");
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

TYPED_TEST(BearerAuthTest, ThePolicyHasAWord) {
  const std::string secret = kSecret;
  const AccountsClient client = this->Client();
  // Scopes.
  const auto lacking = client.Put(User(), this->With({"Bearer " + secret}));
  EXPECT_EQ(
      lacking.status(),
      absl::PermissionDeniedError(
          "the caller's token lacks the scope \"accounts.write\""));
  EXPECT_EQ(
      client.Put(User(), this->With({"Bearer admin"})).value().name(), "root");
  // A public method, whatever is sent along.
  for (const auto& options : {this->With({}), this->With({"Bearer unknown"})}) {
    auto stream = client.LogIn(User(), options);
    Name name;
    EXPECT_TRUE(stream.Read(name));
    EXPECT_EQ(name.name(), "nobody");
    EXPECT_TRUE(stream.Finish().ok());
  }
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

TYPED_TEST(BearerAuthTest, NoTokenGetsOut) {
  for (const char* token :
       {kSecret, "throws", "banned", "no-keys", "Xunkn0wn"}) {
    for (const char* scheme : {"Bearer ", "Basic "}) {
      CallOptions options = this->With({std::string(scheme) + token});
      hawkmount::ResponseMetadata metadata;
      options.response_metadata = &metadata;
      const auto answer = this->Client().Put(User(), options);
      EXPECT_FALSE(answer.ok());
      EXPECT_EQ(answer.status().ToString().find(token), std::string::npos);
      for (const auto& [key, value] : metadata.trailing) {
        EXPECT_EQ(value.find(token), std::string::npos) << key;
      }
    }
  }
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
  EXPECT_GT(this->lines_->size(), 10u);
  for (const std::string& line : *this->lines_) {
    for (const char* token :
         {kSecret, "throws", "banned", "no-keys", "Xunkn0wn"}) {
      EXPECT_EQ(line.find(token), std::string::npos) << line;
    }
  }
}

// A fact of another type, which says itself what it allows.
struct Badge {
  explicit Badge(int n) : number(n) {}
  Badge(Badge&&) = default;
  bool Allows(std::string_view scope) const {
    return number == 7 || scope != "accounts.write";
  }
  int number;
};

class BadgedAccounts final : public AccountsHandler {
 public:
  using Needs = hawkmount::Facts<Badge>;
  absl::Status Put(PutContext& context, const User&, Name& name) override {
    name.set_name(std::to_string(context.Get<Badge>()->number));
    return absl::OkStatus();
  }
};

TEST(BearerAuthFactTest, IsOfTheUsersType) {
  const auto validate = [](std::string_view token, const Method& method) {
    EXPECT_EQ(method.name(), "Put");
    return absl::StatusOr<Badge>(static_cast<int>(token.size()));
  };
  BadgedAccounts accounts;
  hawkmount::App app(Quiet());
  auto& mount = app.Mount(
      AccountsMount(accounts, BearerAuth(validate)),
      {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const AccountsClient client(hawkmount::Channel::Insecure(
      "127.0.0.1:" + std::to_string(mount.port())));
  const auto call = [&](const std::string& authorization) {
    return client.Put(
        User(),
        {.timeout = 20s, .metadata = {{"authorization", authorization}}});
  };
  EXPECT_EQ(call("Bearer 1234567").value().name(), "7");
  EXPECT_TRUE(absl::IsPermissionDenied(call("Bearer 1234").status()));
  EXPECT_TRUE(app.Shutdown(5s).ok());
}

TEST(EqualInConstantTimeTest, IsEquality) {
  EXPECT_TRUE(EqualInConstantTime("", ""));
  EXPECT_TRUE(EqualInConstantTime("secret", "secret"));
  for (const char* other :
       {"", "secre", "secretx", "secreT", "Secret", "sss"}) {
    EXPECT_FALSE(EqualInConstantTime("secret", other)) << other;
    EXPECT_FALSE(EqualInConstantTime(other, "secret")) << other;
  }
  EXPECT_FALSE(EqualInConstantTime("a", "aa"));
  EXPECT_FALSE(EqualInConstantTime("", std::string_view("\0", 1)));
}

}  // namespace
}  // namespace e2e
