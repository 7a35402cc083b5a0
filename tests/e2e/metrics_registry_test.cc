// Mounts that are counted apart from their app's others.

#include "hawkmount/metrics_registry.h"

#include <gtest/gtest.h>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "handlers.h"
#include "http_client.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

constexpr char kHello[] = "/acme.greeter.v1.Greeter/SayHello";

std::string Started(const std::string& prefix, int count) {
  return "\n" + prefix + "_grpc_requests_started_total{method=\"" + kHello +
         "\"} " + std::to_string(count) + "\n";
}

class RegistryTest : public testing::Test {
 protected:
  hawkmount::MountOptions On(
      std::shared_ptr<hawkmount::MetricsRegistry> registry) {
    return {.host = "127.0.0.1", .port = 0, .metrics = std::move(registry)};
  }
  static void Call(const hawkmount::MountHandle& mount, int times) {
    const GreeterClient client = ClientOf(mount.port());
    for (int i = 0; i < times; ++i) {
      const auto response = client.SayHello({}, {.timeout = 60s});
      EXPECT_TRUE(response.ok()) << response.status();
    }
  }

  BlockingGreeter blocking_;
  CoroutineGreeter coroutine_;
  std::shared_ptr<hawkmount::MetricsRegistry> partners_ =
      std::make_shared<hawkmount::MetricsRegistry>(
          hawkmount::MetricsRegistryOptions{.prefix = "partners"});
};

TEST_F(RegistryTest, CountsItsMountsAlone) {
  hawkmount::AppOptions options = Quiet();
  options.http = {.host = "127.0.0.1", .port = 0};
  hawkmount::App app(options);
  auto& inside = app.Mount(GreeterMount(blocking_), On(nullptr));
  auto& outside = app.Mount(GreeterMount(coroutine_), On(partners_));
  auto& further = app.Mount(GreeterMount(blocking_), On(partners_));
  app.AddRoute("GET", "/partners", [this](const auto& request) {
    return partners_->Page(request);
  });
  ASSERT_TRUE(app.Start().ok());
  // Known series are there from the start.
  EXPECT_NE(partners_->Text().find(Started("partners", 0)), std::string::npos);
  Call(inside, 2);
  Call(outside, 3);
  Call(further, 4);

  const Answer page = Get(app.http_port(), "/partners");
  EXPECT_NE(page.body.find(Started("partners", 7)), std::string::npos)
      << page.body;
  EXPECT_EQ(page.body, partners_->Text());
  // The engine is not its own.
  EXPECT_EQ(page.body.find("workers"), std::string::npos) << page.body;
  EXPECT_NE(
      Get(app.http_port(), "/metrics").body.find(Started("hawkapi", 2)),
      std::string::npos);
  // The status page has all of them.
  const auto status =
      nlohmann::json::parse(Get(app.http_port(), "/statusz.json").body);
  int started = 0;
  for (const auto& method : status["methods"]) {
    if (method["path"] == kHello) started += method["started"].get<int>();
  }
  EXPECT_EQ(started, 9) << status.dump(1);

  const auto collectable = partners_->Collectable();
  EXPECT_FALSE(collectable->Collect().empty());
  EXPECT_TRUE(app.Shutdown(5s).ok());
  // It has what it counted beyond its app, and through a new start.
  EXPECT_NE(partners_->Text().find(Started("partners", 7)), std::string::npos);
  ASSERT_TRUE(app.Start().ok());
  Call(outside, 1);
  EXPECT_NE(partners_->Text().find(Started("partners", 8)), std::string::npos);
  EXPECT_TRUE(app.Shutdown(5s).ok());
}

TEST_F(RegistryTest, MayBeOfSeveralAppsAndGoesAfterThem) {
  std::shared_ptr<prometheus::Collectable> collectable;
  {
    hawkmount::App first(Quiet());
    hawkmount::App second(Quiet());
    auto& one = first.Mount(GreeterMount(blocking_), On(partners_));
    auto& other = second.Mount(GreeterMount(coroutine_), On(partners_));
    ASSERT_TRUE(first.Start().ok());
    ASSERT_TRUE(second.Start().ok());
    Call(one, 1);
    Call(other, 1);
    EXPECT_NE(
        partners_->Text().find(Started("partners", 2)), std::string::npos);
    collectable = partners_->Collectable();
    EXPECT_TRUE(first.Shutdown(5s).ok());
    EXPECT_TRUE(second.Shutdown(5s).ok());
  }
  EXPECT_FALSE(collectable->Collect().empty());
  partners_.reset();
  EXPECT_TRUE(collectable->Collect().empty());
}

TEST_F(RegistryTest, IsCheckedAtTheStart) {
  hawkmount::App app(Quiet());
  app.Mount(
      GreeterMount(blocking_),
      On(std::make_shared<hawkmount::MetricsRegistry>(
          hawkmount::MetricsRegistryOptions{.prefix = "no name"})));
  const absl::Status status = app.Start();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("no name"), std::string::npos) << status;
}

}  // namespace
}  // namespace e2e
