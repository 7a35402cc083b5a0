// Bulkheads by their names (H80): what has one name is one, and metrics tell
// them apart.

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "hawkmount/interceptors/bulkhead.h"
#include "limited.h"
#include "oracle.h"

namespace e2e {
namespace {

using hawkmount::Bulkhead;
using hawkmount::BulkheadOptions;
using hawkmount::CallOptions;
using namespace std::chrono_literals;

const CallOptions kPatience{.timeout = 120s};

std::string ErrorOf(const BulkheadOptions& options) {
  try {
    const Bulkhead bulkhead(options);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(BulkheadNameTest, RefusesWhatIsNone) {
  EXPECT_EQ(
      ErrorOf({}),
      "BulkheadOptions::name is empty: say what is to be shared, as in "
      "\"db\"");
  for (const std::string& name : std::vector<std::string>{
           "a\nb", "\xc3\xa4", std::string("a\0b", 3), std::string(129, 'x')}) {
    EXPECT_EQ(
        ErrorOf({.name = name}),
        "BulkheadOptions::name is no name: say 1 to 128 printable ASCII "
        "characters, as in \"db\"");
  }
  EXPECT_EQ(ErrorOf({.name = std::string(128, 'x')}), "");
  EXPECT_EQ(ErrorOf({.name = "the \"db\""}), "");
}

TEST(BulkheadNameTest, RefusesAnotherLimitWhileTheOneIsThere) {
  {
    const Bulkhead first({.name = "db", .limit = 4});
    EXPECT_EQ(
        ErrorOf({.name = "db", .limit = 5}),
        "the bulkhead \"db\" is there already, with a limit of 4, not 5: give "
        "one of the two another name, or both the same limit");
    EXPECT_EQ(ErrorOf({.name = "db", .limit = 4, .max_wait = 1s}), "");
    EXPECT_EQ(ErrorOf({.name = "other", .limit = 5}), "");
  }
  EXPECT_EQ(ErrorOf({.name = "db", .limit = 5}), "");
}

std::string Series(const std::string& name, const std::string& labels) {
  return "hawkapi_bulkhead_" + name + "{" + labels + "}";
}

template <class Handler>
class BulkheadMetricsTest : public testing::Test {
 protected:
  template <class... Interceptors>
  LimitedClient Serve(hawkmount::App& app, Interceptors... interceptors) {
    auto& mount = app.Mount(
        LimitedMount(handler_, interceptors...),
        {.host = "127.0.0.1", .port = 0});
    EXPECT_TRUE(app.Start().ok());
    return LimitedClientOf(mount.port());
  }

  Handler handler_;
  hawkmount::App app_{Quiet()};
};

using Handlers = testing::Types<BlockingLimited, CoroutineLimited>;
TYPED_TEST_SUITE(BulkheadMetricsTest, Handlers);

// Made apart, for two apps, each with a patience of its own.
TYPED_TEST(BulkheadMetricsTest, OneNameIsOneBulkhead) {
  const auto client =
      this->Serve(this->app_, Bulkhead({.name = "db", .limit = 1}));
  hawkmount::App other(Quiet());
  const auto others = this->Serve(
      other, Bulkhead({.name = "db", .limit = 1, .max_wait = 100s}));
  std::thread holder([&] {
    EXPECT_TRUE(CallLimited(client, "Untimed", "stuck", kPatience).ok());
  });
  this->handler_.gate.WaitForEntered(1);
  EXPECT_TRUE(
      absl::IsResourceExhausted(CallLimited(client, "Untimed", "", kPatience)));
  std::thread waits(
      [&] { EXPECT_TRUE(CallLimited(others, "Untimed", "", kPatience).ok()); });
  const std::string name = "name=\"db\"";
  for (const hawkmount::App* app : {&this->app_, &other}) {
    ExpectSoon(*app, Series("waiting", name), 1);
    ExpectSoon(*app, Series("in_flight", name), 1);
    EXPECT_EQ(Sample(*app, Series("capacity", name)), 1);
  }
  this->handler_.gate.Open();
  holder.join();
  waits.join();
  ExpectSoon(this->app_, Series("in_flight", name), 0);
  EXPECT_TRUE(other.Shutdown(5s).ok());
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

TYPED_TEST(BulkheadMetricsTest, CountsWhoFindsAPlaceAndWhoDoesNot) {
  const auto client = this->Serve(
      this->app_,
      Bulkhead({.name = "slow", .limit = 1, .max_wait = 20ms}),
      Bulkhead({.name = "none", .limit = 0}));
  hawkmount::App other(Quiet());
  const auto others = this->Serve(
      other, Bulkhead({.name = "slow", .limit = 1, .max_wait = 100s}));
  // The inner one has no place for anybody.
  EXPECT_FALSE(CallLimited(client, "Untimed", "", kPatience).ok());
  const std::string slow = "name=\"slow\"";
  const auto expect = [&](const std::string& reason, double count) {
    ExpectSoon(
        this->app_,
        Series("rejections_total", slow + ",reason=\"" + reason + "\""),
        count);
  };
  ExpectSoon(
      this->app_,
      Series("rejections_total", "name=\"none\",reason=\"fail_fast\""),
      1);
  expect("fail_fast", 0);
  std::thread holder([&] {
    EXPECT_TRUE(CallLimited(others, "Untimed", "stuck", kPatience).ok());
  });
  this->handler_.gate.WaitForEntered(1);
  EXPECT_FALSE(CallLimited(client, "Untimed", "", kPatience).ok());
  expect("timeout", 1);
  // Until one gets there in time.
  const std::string given_up =
      Series("rejections_total", slow + ",reason=\"given_up\"");
  while (Sample(this->app_, given_up) == 0) {
    EXPECT_FALSE(CallLimited(others, "Untimed", "", {.timeout = 50ms}).ok());
  }
  EXPECT_EQ(
      Sample(this->app_, Series("acquire_latency_seconds_count", slow)), 2);
  this->handler_.gate.Open();
  holder.join();
  EXPECT_TRUE(other.Shutdown(5s).ok());
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

// A bulkhead that is gone is on no page, and without any there is nothing.
TEST(BulkheadPageTest, OnlyWhatIsThere) {
  const hawkmount::App app(Quiet());
  EXPECT_EQ(app.MetricsText().find("_bulkhead_"), std::string::npos);
  {
    const Bulkhead bulkhead({.name = "the \"db\""});
    EXPECT_NE(
        app.MetricsText().find(
            "\nhawkapi_bulkhead_capacity{name=\"the \\\"db\\\"\"} 1\n"),
        std::string::npos);
  }
  EXPECT_EQ(app.MetricsText().find("_bulkhead_"), std::string::npos);
}

}  // namespace
}  // namespace e2e
