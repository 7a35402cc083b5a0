#include "app/doctor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace hawkmount::app {
namespace {

using namespace std::chrono_literals;

constexpr codegen::ServiceEntry kService{"pkg.Service", {}, {}};

class AnyMount final : public Mount {
 public:
  explicit AnyMount(Style style) : Mount(kService, nullptr, {style}) {}
};

std::vector<std::string> IdsOf(
    const AppOptions& app,
    const MountOptions& mount,
    Style style = Style::kBlocking) {
  std::vector<std::string> ids;
  for (const Finding& finding : Examine(app, {{AnyMount(style), mount}})) {
    EXPECT_FALSE(finding.what.empty() || finding.fix.empty()) << finding.id;
    ids.push_back(finding.id);
  }
  return ids;
}

// What is found in `app` and `mount` beyond what is found in good ones.
std::string Found(
    const AppOptions& app,
    const MountOptions& mount,
    Style style = Style::kBlocking) {
  std::vector<std::string> ids = IdsOf(app, mount, style);
  EXPECT_LE(ids.size(), 1u) << testing::PrintToString(ids);
  return ids.empty() ? "" : ids.front();
}

AppOptions GoodApp() { return {.http = {.port = 9464}}; }

MountOptions GoodMount() {
  MountOptions options{.port = 50051};
  options.connection.max_connection_age = 10s;
  return options;
}

TEST(Doctor, SaysNothingOfAGoodConfiguration) {
  EXPECT_EQ(Found(GoodApp(), GoodMount()), "");
}

TEST(Doctor, NoHttpPort) {
  AppOptions app = GoodApp();
  app.http.port = -1;
  EXPECT_EQ(Found(app, GoodMount()), "no-metrics-page");
}

TEST(Doctor, BlockingHandlersWithoutWorkers) {
  AppOptions app = GoodApp();
  app.max_workers = 0;
  EXPECT_EQ(Found(app, GoodMount()), "no-workers");
  EXPECT_EQ(Found(app, GoodMount(), Style::kCoroutine), "");
}

TEST(Doctor, ADrainThatKubernetesCutsOff) {
  AppOptions app = GoodApp();
  app.drain_delay = 10s;
  app.grace = 8s;
  EXPECT_EQ(Found(app, GoodMount()), "") << "29 s with the connections' age";
  app.grace = 10s;
  EXPECT_EQ(Found(app, GoodMount()), "drain-too-long");
}

TEST(Doctor, ReflectionForAnybody) {
  MountOptions mount = GoodMount();
  mount.reflection = true;
  EXPECT_EQ(Found(GoodApp(), mount), "reflection-without-tls");
  mount.host = "127.0.0.1";
  EXPECT_EQ(Found(GoodApp(), mount), "");
  mount.host = MountOptions().host;
  mount.addresses = {"127.0.0.1:50051", "0.0.0.0:50052"};
  EXPECT_EQ(Found(GoodApp(), mount), "reflection-without-tls");
  mount.tls = TlsOptions{.certificate_file = "a", .key_file = "b"};
  EXPECT_EQ(Found(GoodApp(), mount), "");
}

TEST(Doctor, NoCap) {
  MountOptions mount = GoodMount();
  mount.max_concurrent_rpcs = 0;
  EXPECT_EQ(Found(GoodApp(), mount), "no-cap");
}

TEST(Doctor, ConnectionsWithoutAge) {
  EXPECT_EQ(Found(GoodApp(), {.port = 50051}), "no-connection-age");
}

TEST(Doctor, ADrainThatDoesNotWaitForTheAge) {
  MountOptions mount = GoodMount();
  mount.connection.max_connection_age = 14s;
  EXPECT_EQ(Found(GoodApp(), mount), "drain-shorter-than-age");
}

TEST(Doctor, WhatDoesNotStart) {
  MountOptions mount = GoodMount();
  mount.port = 99999;
  const std::vector<Finding> findings =
      Examine(GoodApp(), {{AnyMount(Style::kCoroutine), mount}});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].id, "refused");
  EXPECT_EQ(findings[0].severity, Finding::Severity::kError);
  EXPECT_NE(findings[0].what.find("99999"), std::string::npos);
}

TEST(Doctor, GraceWithoutAge) {
  MountOptions mount{.port = 50051};
  mount.connection.max_connection_age_grace = 1s;
  const std::vector<std::string> ids = IdsOf(GoodApp(), mount);
  EXPECT_NE(std::find(ids.begin(), ids.end(), "grace-without-age"), ids.end());
}

}  // namespace
}  // namespace hawkmount::app
