// What a schema says about its calls is where interceptors look for it, and the
// log goes by it.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "handlers.h"
#include "policy.hawkmount.pb.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using acme::policy::v1::AccountsClient;
using acme::policy::v1::AccountsHandler;
using acme::policy::v1::AccountsMethods;
using acme::policy::v1::AccountsMount;
using acme::policy::v1::Name;
using acme::policy::v1::SilentMethods;
using acme::policy::v1::User;
using hawkmount::Idempotency;
using hawkmount::Method;
using hawkmount::MethodPolicy;
using hawkmount::RateKey;
using testing::Test;

// They are constants: whoever knows the method knows its policy.
static_assert(AccountsMethods::kFind.policy->scopes[0] == "accounts.read");
static_assert(AccountsMethods::kPut.policy->rate.per_second == 0.5);
static_assert(AccountsHandler::LogInContext::kInfo.policy->is_public);
static_assert(AccountsMethods::kOpen.policy->rate.none);
static_assert(!AccountsMethods::kOpen.policy->rate.limited());
static_assert(!MethodPolicy{}.rate.limited() && !MethodPolicy{}.rate.none);
static_assert(SilentMethods::kPlain.policy == nullptr);
static_assert(SilentMethods::kPlain.idempotency == Idempotency::kUnknown);
static_assert(SilentMethods::kRepeat.idempotency == Idempotency::kIdempotent);
static_assert(SilentMethods::kRepeat.policy == nullptr);

// Whether credentials that allow `granted` are enough for a method.
bool MayCall(const Method& method, const std::set<std::string_view>& granted) {
  if (method.policy == nullptr) return true;
  for (const std::string_view scope : method.policy->scopes) {
    if (granted.count(scope) == 0) return false;
  }
  return true;
}

// Keeps what each call's context says of its method.
class Accounts final : public AccountsHandler {
 public:
  absl::Status Find(FindContext& context, const Name&, Name&) override {
    return Keep(context);
  }
  hawkmount::Task GetAsync(GetContext& context, const Name&, User&) override {
    return Keep(context);
  }
  absl::Status Put(PutContext& context, const User&, Name&) override {
    return Keep(context);
  }
  absl::Status LogIn(
      LogInContext& context, const User&, LogInStream&) override {
    return Keep(context);
  }
  hawkmount::Task OpenAsync(
      OpenContext& context, OpenAsyncStream& stream, Name&) override {
    Name name;
    bool read = true;
    while (read) read = co_await stream.Read(name);
    co_return Keep(context);
  }

  std::map<std::string_view, const Method*> methods;

 private:
  absl::Status Keep(const hawkmount::Context& context) {
    methods[context.method().name()] = &context.method();
    return absl::OkStatus();
  }
};

class PolicyTest : public Test {
 protected:
  void Serve(hawkmount::LogOptions log = {}) {
    app_ = std::make_unique<hawkmount::App>(hawkmount::AppOptions{
        .event_threads = 1, .logger = KeepLines(lines_), .log = log});
    const auto& handle =
        app_->Mount(AccountsMount(accounts_), {.host = "127.0.0.1", .port = 0});
    ASSERT_TRUE(app_->Start().ok());
    client_ = std::make_unique<AccountsClient>(hawkmount::Channel::Insecure(
        "127.0.0.1:" + std::to_string(handle.port())));
  }

  // Calls every method so often, one after another.
  void CallAll(int times) {
    const hawkmount::CallOptions options = {.timeout = 30s};
    for (int i = 0; i < times; ++i) {
      EXPECT_TRUE(client_->Find(Name(), options).ok());
      EXPECT_TRUE(client_->Get(Name(), options).ok());
      EXPECT_TRUE(client_->Put(User(), options).ok());
      EXPECT_TRUE(client_->LogIn(User(), options).Finish().ok());
      EXPECT_TRUE(client_->Open(options).Finish().ok());
    }
    EXPECT_TRUE(app_->Shutdown(10s).ok());
  }

  // How many calls of a method have both of their records in the log.
  int Logged(const std::string& method) const {
    const auto count = [&](const std::string& event) {
      return std::count_if(
          lines_->begin(), lines_->end(), [&](const std::string& line) {
            return line.find("\"event\":\"" + event + "\"") != line.npos &&
                   line.find("/acme.policy.v1.Accounts/" + method + "\"") !=
                       line.npos;
          });
    };
    EXPECT_EQ(count("grpc.request"), count("grpc.response")) << method;
    return static_cast<int>(count("grpc.response"));
  }

  const MethodPolicy& PolicyOf(const std::string& method) const {
    return *accounts_.methods.at(method)->policy;
  }

  Accounts accounts_;
  std::shared_ptr<std::vector<std::string>> lines_;
  std::unique_ptr<hawkmount::App> app_;
  std::unique_ptr<AccountsClient> client_;
};

using Strings = std::vector<std::string_view>;

Strings AllOf(std::span<const std::string_view> strings) {
  return {strings.begin(), strings.end()};
}

const Strings kSecrets = {
    "acme.policy.v1.Card.number",
    "acme.policy.v1.User.address",
    "acme.policy.v1.User.password"};

TEST_F(PolicyTest, ACallsContextHasThePolicyOfItsMethod) {
  Serve();
  CallAll(1);
  ASSERT_EQ(accounts_.methods.size(), 5u);

  EXPECT_EQ(AllOf(PolicyOf("Find").scopes), Strings{"accounts.read"});
  EXPECT_FALSE(PolicyOf("Find").is_public);
  EXPECT_EQ(PolicyOf("Find").rate.per_second, 50);
  EXPECT_EQ(PolicyOf("Find").rate.burst, 50u);
  EXPECT_EQ(PolicyOf("Find").rate.key, RateKey::kUser);
  EXPECT_TRUE(PolicyOf("Find").redacted.empty());
  EXPECT_EQ(AllOf(PolicyOf("Get").redacted), kSecrets);

  EXPECT_EQ(
      AllOf(PolicyOf("Put").scopes),
      (Strings{"accounts.read", "accounts.write"}));
  EXPECT_EQ(PolicyOf("Put").rate.per_second, 0.5);
  EXPECT_EQ(PolicyOf("Put").rate.burst, 3u);
  EXPECT_EQ(PolicyOf("Put").rate.key, RateKey::kMetadata);
  EXPECT_EQ(PolicyOf("Put").rate.metadata, "x-tenant");
  EXPECT_EQ(AllOf(PolicyOf("Put").redacted), kSecrets);

  EXPECT_TRUE(PolicyOf("LogIn").is_public);
  EXPECT_TRUE(PolicyOf("LogIn").scopes.empty());
  EXPECT_EQ(PolicyOf("LogIn").rate.key, RateKey::kPeer);
  EXPECT_TRUE(PolicyOf("LogIn").rate.limited());

  const std::set<std::string_view> reader = {"accounts.read"};
  EXPECT_TRUE(MayCall(*accounts_.methods.at("Find"), reader));
  EXPECT_FALSE(MayCall(*accounts_.methods.at("Put"), reader));
  EXPECT_TRUE(MayCall(*accounts_.methods.at("Open"), {}));

  const auto idempotency = [&](const std::string& method) {
    return accounts_.methods.at(method)->idempotency;
  };
  EXPECT_EQ(idempotency("Find"), Idempotency::kNoSideEffects);
  EXPECT_EQ(idempotency("Put"), Idempotency::kIdempotent);
  EXPECT_EQ(idempotency("LogIn"), Idempotency::kUnknown);
  // Not what the service says, and nothing in its place but that.
  EXPECT_TRUE(PolicyOf("Open").rate.none);
  EXPECT_FALSE(PolicyOf("Open").rate.limited());
}

TEST_F(PolicyTest, TheSchemasShareOfCallsIsLogged) {
  Serve();
  CallAll(40);
  EXPECT_EQ(Logged("Find"), 40);
  EXPECT_EQ(Logged("Get"), 0);
  EXPECT_EQ(Logged("LogIn"), 10);
}

TEST_F(PolicyTest, TheSchemasShareCountsMoreThanTheAppsAndLessThanAMethods) {
  Serve(
      {.sample = 0.5,
       .sample_by_method = {{"/acme.policy.v1.Accounts/Get", 0.125}}});
  CallAll(40);
  EXPECT_EQ(Logged("Find"), 20);
  EXPECT_EQ(Logged("Get"), 5);
  EXPECT_EQ(Logged("LogIn"), 10);
}

}  // namespace
}  // namespace e2e
