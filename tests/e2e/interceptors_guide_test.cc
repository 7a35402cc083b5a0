// What docs/guide/interceptors.md shows of those that come ready-made, word by
// word, and that it does what it says, in both styles.

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "handlers.h"
#include "hawkmount/interceptors/bearer_auth.h"
#include "hawkmount/interceptors/bulkhead.h"
#include "hawkmount/interceptors/deadline_policy.h"
#include "hawkmount/interceptors/rate_limit.h"
#include "hawkmount/interceptors/validate.h"

namespace acme::greeter::v1 {

void Validate(
    const SayHelloRequest& request, hawkmount::Violations& violations) {
  if (request.name().empty()) violations.Add("name", "must not be empty");
}

}  // namespace acme::greeter::v1

namespace e2e {
namespace {

using namespace std::chrono_literals;

template <class Greeter>
hawkmount::MountHandle& MountAll(hawkmount::App& app, Greeter& greeter) {
  const auto who =
      [](std::string_view token,
         const hawkmount::Method&) -> absl::StatusOr<hawkmount::Principal> {
    if (!hawkmount::EqualInConstantTime("s3cr3t", token)) {
      return absl::UnauthenticatedError("no such token");
    }
    return hawkmount::Principal{.name = "ann", .scopes = {"greet"}};
  };
  using hawkmount::Principal;
  const GreeterMount mount(
      greeter,
      hawkmount::DeadlinePolicy(
          {.default_deadline = 10s, .maximum = 60s, .minimum_left = 5ms}),
      hawkmount::BearerAuth(who),
      hawkmount::RateLimitFor<Principal, &Principal::name>(
          {.rate = {.per_second = 10, .burst = 20}}),
      hawkmount::Bulkhead({.name = "db", .limit = 8, .max_wait = 50ms}),
      hawkmount::Validate());
  return app.Mount(mount, {.host = "127.0.0.1", .port = 0});
}

template <class Greeter>
class ReadyMadeTest : public testing::Test {};
using Greeters = testing::Types<BlockingGreeter, CoroutineGreeter>;
TYPED_TEST_SUITE(ReadyMadeTest, Greeters);

TYPED_TEST(ReadyMadeTest, AllInOneChain) {
  TypeParam greeter;
  hawkmount::App app(Quiet());
  auto& mount = MountAll(app, greeter);
  ASSERT_TRUE(app.Start().ok());
  const auto hello = [&](const std::string& name, const std::string& token) {
    SayHelloRequest request;
    request.set_name(name);
    return ClientOf(mount.port())
        .SayHello(
            request, {.timeout = 60s, .metadata = {{"authorization", token}}});
  };
  EXPECT_EQ(hello("x", "Bearer s3cr3t").value().greeting(), "Hello, x");
  EXPECT_TRUE(absl::IsUnauthenticated(hello("x", "Bearer no").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(hello("", "Bearer s3cr3t").status()));
  EXPECT_TRUE(app.Shutdown(5s).ok());
}

}  // namespace
}  // namespace e2e
