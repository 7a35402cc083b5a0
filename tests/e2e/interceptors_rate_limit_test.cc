// Rates of calls (P10, H81): as many as may pass, by whatever callers are told
// apart, in both styles.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "hawkmount/error_details.h"
#include "hawkmount/interceptors/bearer_auth.h"
#include "hawkmount/interceptors/rate_limit.h"
#include "limited.h"
#include "oracle.h"
#include "policy.hawkmount.pb.h"

namespace e2e {
namespace {

using acme::policy::v1::AccountsClient;
using acme::policy::v1::AccountsHandler;
using acme::policy::v1::AccountsMethods;
using acme::policy::v1::AccountsMount;
using acme::policy::v1::Name;
using acme::policy::v1::User;
using hawkmount::RateKey;
using hawkmount::RateLimit;
using hawkmount::RateLimitFor;
using hawkmount::RateLimitOptions;
using namespace std::chrono_literals;

// A clock that stands until it is moved.
class SetClock {
 public:
  std::function<std::chrono::steady_clock::time_point()> Reader() {
    return
        [this] { return std::chrono::steady_clock::time_point(now_.load()); };
  }
  void Move(std::chrono::nanoseconds by) { now_ = now_.load() + by; }

 private:
  std::atomic<std::chrono::nanoseconds> now_{1h};
};

// How long a storm lasts, in seconds.
std::chrono::seconds StormTime() {
  const char* seconds = std::getenv("HAWKMOUNT_STORM_SECONDS");
  return std::chrono::seconds(seconds == nullptr ? 2 : std::atoi(seconds));
}

template <class Handler>
class RateLimitTest : public testing::Test {
 protected:
  template <class... Interceptors>
  void Serve(Interceptors... interceptors) {
    mount_ = &app_.Mount(
        GreeterMount(handler_, interceptors...),
        {.host = "127.0.0.1", .port = 0});
    ASSERT_TRUE(app_.Start().ok());
  }
  absl::Status Hello(
      const GreeterClient& client,
      std::vector<std::pair<std::string, std::string>> metadata = {}) {
    const auto answer =
        client.SayHello({}, {.timeout = 60s, .metadata = std::move(metadata)});
    ledger_.Add("SayHello", answer.status());
    return answer.status();
  }
  void End() {
    CheckTruth(app_, ledger_, {"SayHello"});
    EXPECT_TRUE(app_.Shutdown(5s).ok());
  }
  void ExpectRejected(int64_t count) {
    ExpectSoon(
        app_,
        "hawkapi_grpc_requests_rejected_total{" + MethodLabel("SayHello") +
            ",reason=\"rate_limited\"}",
        static_cast<double>(count));
  }

  SetClock clock_;
  Handler handler_;
  hawkmount::App app_{Quiet()};
  hawkmount::MountHandle* mount_ = nullptr;
  Ledger ledger_;
};

using Handlers = testing::Types<BlockingGreeter, CoroutineGreeter>;
TYPED_TEST_SUITE(RateLimitTest, Handlers);

TYPED_TEST(RateLimitTest, TellsWhenToTryAgain) {
  this->Serve(RateLimit(
      {.rate = {.per_second = 4, .burst = 2}, .clock = this->clock_.Reader()}));
  // Two connections: another port is no other peer.
  EXPECT_TRUE(this->Hello(ClientOf(this->mount_->port())).ok());
  EXPECT_TRUE(this->Hello(ClientOf(this->mount_->port())).ok());
  const auto client = ClientOf(this->mount_->port());
  this->clock_.Move(1ms);
  const absl::Status refused = this->Hello(client);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(refused.message(), "the caller's rate of calls is used up");
  const auto retry = hawkmount::RetryInfoOf(refused);
  ASSERT_TRUE(retry.has_value());
  EXPECT_EQ(retry->delay, 249ms);
  this->clock_.Move(retry->delay - 1ns);
  EXPECT_TRUE(absl::IsResourceExhausted(this->Hello(client)));
  this->clock_.Move(1ns);
  EXPECT_TRUE(this->Hello(client).ok());
  this->ExpectRejected(2);
  this->End();
}

// H-B21: a rate below one call a second is one that lets calls pass.
TYPED_TEST(RateLimitTest, RatesBelowOneASecond) {
  this->Serve(
      RateLimit({.rate = {.per_second = 0.5}, .clock = this->clock_.Reader()}));
  const auto client = ClientOf(this->mount_->port());
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(this->Hello(client).ok());
    EXPECT_TRUE(absl::IsResourceExhausted(this->Hello(client)));
    this->clock_.Move(2s);
  }
  this->End();
}

TYPED_TEST(RateLimitTest, Storm) {
  constexpr int kClients = 64;
  constexpr int kTenants = 4;
  constexpr int kBurst = 100;
  RateLimit limit(
      {.rate =
           {.per_second = 1000,
            .burst = kBurst,
            .key = RateKey::kMetadata,
            .metadata = "x-tenant"},
       .clock = this->clock_.Reader()});
  this->Serve(limit);
  std::vector<GreeterClient> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(ClientOf(this->mount_->port()));
  }
  int allowed = kBurst;
  int64_t refused = 0;
  const auto end = std::chrono::steady_clock::now() + StormTime();
  for (int round = 0; std::chrono::steady_clock::now() < end; ++round) {
    std::array<std::atomic<int>, kTenants> passed{};
    std::atomic<int> others{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kClients; ++i) {
      threads.emplace_back([&, i] {
        const int tenant = i % kTenants;
        for (int call = 0; call < 10; ++call) {
          const absl::Status status = this->Hello(
              clients[i], {{"x-tenant", "tenant " + std::to_string(tenant)}});
          if (status.ok()) ++passed[tenant];
          if (absl::IsResourceExhausted(status)) ++others;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const auto& each : passed) EXPECT_EQ(each, allowed) << round;
    EXPECT_EQ(others, kClients * 10 - kTenants * allowed);
    refused += others;
    // The next round gets what the clock gives, and no more than the burst.
    allowed = round % 3 == 2 ? kBurst : round % 3 * 40 + 7;
    this->clock_.Move(allowed == kBurst ? 5s : allowed * 1ms);
  }
  EXPECT_EQ(limit.buckets(), static_cast<size_t>(kTenants));
  this->ExpectRejected(refused);
  this->End();
}

TYPED_TEST(RateLimitTest, ByMetadataOrElseByPeer) {
  this->Serve(RateLimit(
      {.rate =
           {.per_second = 1,
            .burst = 1,
            .key = RateKey::kMetadata,
            .metadata = "x-tenant"},
       .clock = this->clock_.Reader()}));
  const auto client = ClientOf(this->mount_->port());
  EXPECT_TRUE(this->Hello(client, {{"x-tenant", "a"}}).ok());
  EXPECT_FALSE(this->Hello(client, {{"x-tenant", "a"}}).ok());
  EXPECT_TRUE(this->Hello(client, {{"x-tenant", "b"}}).ok());
  // Nobody uses up another's tokens by its address.
  EXPECT_TRUE(this->Hello(client, {{"x-tenant", "ipv4:127.0.0.1"}}).ok());
  EXPECT_TRUE(this->Hello(client).ok());
  EXPECT_FALSE(this->Hello(client).ok());
  this->End();
}

TYPED_TEST(RateLimitTest, ByAFact) {
  using hawkmount::Principal;
  const auto name_it = [](std::string_view token, const hawkmount::Method&) {
    // Several tokens of one user.
    return absl::StatusOr<Principal>(
        Principal{.name = std::string(token.substr(0, 3))});
  };
  this->Serve(
      hawkmount::BearerAuth(name_it),
      RateLimitFor<Principal, &Principal::name>(
          {.rate = {.per_second = 1, .burst = 2},
           .clock = this->clock_.Reader()}));
  const auto client = ClientOf(this->mount_->port());
  EXPECT_TRUE(this->Hello(client, {{"authorization", "Bearer ann1"}}).ok());
  EXPECT_TRUE(this->Hello(client, {{"authorization", "Bearer ann2"}}).ok());
  EXPECT_TRUE(this->Hello(client, {{"authorization", "Bearer bob1"}}).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(
      this->Hello(client, {{"authorization", "Bearer ann3"}})));
  this->End();
}

TYPED_TEST(RateLimitTest, WithoutARateNothingIsLimited) {
  RateLimit limit;
  this->Serve(limit);
  const auto client = ClientOf(this->mount_->port());
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(this->Hello(client).ok());
  EXPECT_EQ(limit.buckets(), 0u);
  this->End();
}

class Accounts final : public AccountsHandler {
 public:
  absl::Status Find(FindContext&, const Name&, Name&) override {
    return absl::OkStatus();
  }
  hawkmount::Task PutAsync(PutContext&, const User&, Name&) override {
    return absl::OkStatus();
  }
  hawkmount::Task OpenAsync(OpenContext&, OpenAsyncStream&, Name&) override {
    return absl::OkStatus();
  }
};

TEST(RateLimitPolicyTest, ThePolicysRateIsTheMethods) {
  SetClock clock;
  Accounts accounts;
  hawkmount::App app(Quiet());
  auto& mount = app.Mount(
      AccountsMount(accounts, RateLimit({.clock = clock.Reader()})),
      {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const AccountsClient client(hawkmount::Channel::Insecure(
      "127.0.0.1:" + std::to_string(mount.port())));
  const auto put = [&](const std::string& tenant) {
    return client
        .Put(User(), {.timeout = 20s, .metadata = {{"x-tenant", tenant}}})
        .ok();
  };
  // 0.5 a second, 3 at once, by x-tenant.
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(put("a"));
  EXPECT_FALSE(put("a"));
  EXPECT_TRUE(put("b"));
  clock.Move(2s);
  EXPECT_TRUE(put("a"));
  EXPECT_FALSE(put("a"));
  // 50 a second, by who the caller is.
  const auto find = [&](const std::string& token) {
    return client
        .Find(Name(), {.timeout = 20s, .metadata = {{"authorization", token}}})
        .ok();
  };
  const int burst = static_cast<int>(AccountsMethods::kFind.policy->rate.burst);
  for (int i = 0; i < burst; ++i) EXPECT_TRUE(find("a"));
  EXPECT_FALSE(find("a"));
  EXPECT_TRUE(find("b"));
  EXPECT_TRUE(app.Shutdown(5s).ok());
}

// What the schema takes back is not what the interceptor has for the rest.
TEST(RateLimitPolicyTest, NoneIsNoLimit) {
  Accounts accounts;
  hawkmount::App app(Quiet());
  RateLimit limit({.rate = {.per_second = 1e-6, .burst = 1}});
  auto& mount = app.Mount(
      AccountsMount(accounts, limit), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const AccountsClient client(hawkmount::Channel::Insecure(
      "127.0.0.1:" + std::to_string(mount.port())));
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(client.Open({.timeout = 60s}).Finish().ok());
  }
  EXPECT_EQ(limit.buckets(), 0u);
  EXPECT_TRUE(app.Shutdown(5s).ok());
}

}  // namespace
}  // namespace e2e
