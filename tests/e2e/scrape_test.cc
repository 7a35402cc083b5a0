// What a scraper gets from a live server: pages in the format that it asked
// for, which hold by that format's rules. It wants promtool.

#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http_client.h"
#include "openmetrics.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::MetricsView;

constexpr char kOpenMetrics[] =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";
constexpr char kPlain[] = "text/plain; version=0.0.4; charset=utf-8";

// A registry of the user's with one of each type.
std::shared_ptr<prometheus::Registry> Registry() {
  auto registry = std::make_shared<prometheus::Registry>();
  prometheus::BuildCounter()
      .Name("cache_hits_total")
      .Help("Hits of the \"hot\" cache.")
      .Register(*registry)
      .Add({{"path", "C:\\a \"b\"\nc"}})
      .Increment(3);
  prometheus::BuildGauge()
      .Name("cache_entries")
      .Help("Entries.")
      .Register(*registry)
      .Add({})
      .Set(-2.5);
  prometheus::BuildHistogram()
      .Name("cache_load_seconds")
      .Help("Loads.")
      .Register(*registry)
      .Add({}, prometheus::Histogram::BucketBoundaries{0.1, 1, 1e7})
      .Observe(0.5);
  prometheus::BuildSummary()
      .Name("cache_entry_bytes")
      .Help("Sizes.")
      .Register(*registry)
      .Add({}, prometheus::Summary::Quantiles{{0.5, 0.05}, {0.99, 0.01}})
      .Observe(7);
  return registry;
}

// A server that was called in several ways.
class Scraped {
 public:
  explicit Scraped(
      std::vector<MetricsView> views = {MetricsView::kDefault},
      std::shared_ptr<prometheus::Registry> registry = nullptr)
      : served_(Options(std::move(views), std::move(registry))) {
    EXPECT_TRUE(served_.app().Start().ok());
    for (const hawkmount::Style style :
         {hawkmount::kBlocking, hawkmount::kCoroutine}) {
      const GreeterClient client = served_.Client(style);
      for (const char* name : {"well", "fail", "throw"}) {
        SayHelloRequest request;
        request.set_name(name);
        EXPECT_EQ(
            client.SayHello(request, {.timeout = 10s}).ok(),
            std::string(name) == "well");
      }
      CountRequest request;
      request.set_up_to(3);
      auto stream = client.Count(request, {.timeout = 10s});
      CountResponse response;
      while (stream.Read(response)) {
      }
      EXPECT_TRUE(stream.Finish().ok());
    }
  }
  ~Scraped() { EXPECT_TRUE(served_.app().Shutdown(10s).ok()); }

  const BothStyles& served() const { return served_; }

  Answer Page(const std::string& accept) {
    return Ask(
        served_.app().http_port(),
        "GET",
        "/metrics",
        (accept.empty() ? "" : "Accept: " + accept + "\r\n") +
            "Connection: close\r\n");
  }

 private:
  static hawkmount::AppOptions Options(
      std::vector<MetricsView> views,
      std::shared_ptr<prometheus::Registry> registry) {
    hawkmount::AppOptions options = WithHttp();
    options.metrics.views = std::move(views);
    if (registry != nullptr) options.metrics.others = {std::move(registry)};
    return options;
  }

  BothStyles served_;
};

// Whether `promtool check metrics` has nothing to say about a page.
testing::AssertionResult PromtoolIsSilent(const std::string& page) {
  const std::string file =
      testing::TempDir() + "/scrape." + std::to_string(getpid()) + ".txt";
  std::ofstream(file) << page;
  FILE* pipe =
      popen(("promtool check metrics < '" + file + "' 2>&1").c_str(), "r");
  if (pipe == nullptr) return testing::AssertionFailure() << "no shell";
  std::string said;
  for (int c; (c = std::fgetc(pipe)) != EOF;) said.push_back(char(c));
  const int status = pclose(pipe);
  std::remove(file.c_str());
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && said.empty()) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << said;
}

TEST(ScrapeTest, FormatIsTheOneAskedFor) {
  Scraped scraped;
  const std::pair<const char*, const char*> kAsked[] = {
      {"", kPlain},
      {"*/*", kPlain},
      {"text/plain", kPlain},
      {"text/html", kPlain},
      {"application/openmetrics-text", kOpenMetrics},
      {"application/openmetrics-text; version=1.0.0", kOpenMetrics},
      {"application/openmetrics-text; version=2.0.0, */*;q=0.1", kPlain},
      {"application/openmetrics-text; q=0", kPlain},
      {"application/openmetrics-text;q=0.4, text/plain;q=0.5", kPlain},
      {"text/plain;q=0.4, application/openmetrics-text;q=0.5", kOpenMetrics},
      // As Prometheus asks.
      {"application/openmetrics-text;version=1.0.0,"
       "application/openmetrics-text;version=0.0.1;q=0.75,"
       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       kOpenMetrics}};
  for (const auto& [accept, type] : kAsked) {
    const Answer answer = scraped.Page(accept);
    EXPECT_EQ(answer.status, 200) << accept;
    EXPECT_EQ(answer.Header("Content-Type"), type) << accept;
    EXPECT_EQ(answer.body.ends_with("# EOF\n"), type == kOpenMetrics) << accept;
  }
}

struct Case {
  std::string name;
  std::vector<MetricsView> views;
  bool others;
  std::vector<std::string> families;  // some that must be there
};

void PrintTo(const Case& tested, std::ostream* out) { *out << tested.name; }

class PageTest : public testing::TestWithParam<Case> {};

TEST_P(PageTest, HoldsByTheRules) {
  Scraped scraped(GetParam().views, GetParam().others ? Registry() : nullptr);
  const std::string plain = scraped.Page("text/plain").body;
  EXPECT_TRUE(PromtoolIsSilent(plain));
  const auto page =
      ParseOpenMetrics(scraped.Page("application/openmetrics-text").body);
  ASSERT_TRUE(page.ok()) << page.status();
  for (const std::string& name : GetParam().families) {
    EXPECT_NE(plain.find("# TYPE " + name), std::string::npos) << name;
    const auto family = page->families.find(name);
    ASSERT_NE(family, page->families.end()) << name;
    EXPECT_FALSE(family->second.samples.empty()) << name;
  }
}

const std::vector<std::string> kCache = {
    "cache_hits", "cache_entries", "cache_load_seconds", "cache_entry_bytes"};

INSTANTIATE_TEST_SUITE_P(
    Views,
    PageTest,
    testing::Values(
        Case{
            "Default",
            {MetricsView::kDefault},
            false,
            {"hawkapi_grpc_request_duration_seconds"}},
        Case{
            "GrpcEcosystem",
            {MetricsView::kGrpcEcosystem},
            false,
            {"grpc_server_handled", "grpc_client_handled"}},
        Case{
            "Otel",
            {MetricsView::kOtel},
            false,
            {"grpc_server_call_duration_seconds"}},
        Case{
            "All",
            {MetricsView::kDefault,
             MetricsView::kGrpcEcosystem,
             MetricsView::kOtel},
            false,
            {"hawkapi_grpc_requests",
             "grpc_server_handled",
             "grpc_server_call_duration_seconds"}},
        Case{"DefaultAndOthers", {MetricsView::kDefault}, true, kCache},
        Case{
            "AllAndOthers",
            {MetricsView::kDefault,
             MetricsView::kGrpcEcosystem,
             MetricsView::kOtel},
            true,
            kCache}),
    [](const auto& tested) { return tested.param.name; });

// Also where servers were asked for in the same words.
TEST(ScrapeTest, ServersHaveASeriesEach) {
  Scraped scraped;
  const auto page =
      ParseOpenMetrics(scraped.Page("application/openmetrics-text").body);
  ASSERT_TRUE(page.ok()) << page.status();
  std::vector<std::string> servers;
  for (const auto& sample :
       page->families.at("hawkapi_grpc_connections_accepted").samples) {
    EXPECT_EQ(sample.value, 1);
    servers.push_back(sample.labels.at("server"));
  }
  EXPECT_EQ(
      servers, (std::vector<std::string>{"127.0.0.1:0", "127.0.0.1:0 (2)"}));
}

// Else silence would say nothing.
TEST(PromtoolTest, SpeaksUp) {
  EXPECT_FALSE(PromtoolIsSilent("# TYPE calls counter\ncalls 1\n"));
  EXPECT_FALSE(PromtoolIsSilent("calls{ 1\n"));
}

// The exemplar of a call that is made again and again, as not every one becomes
// one; nothing if none does.
std::optional<OpenMetricsPage::Exemplar> ExemplarOf(
    Scraped& scraped,
    const std::string& family,
    const std::string& id,
    const std::string& trace) {
  for (int look = 0; look < 1000; ++look) {
    const auto answer =
        scraped.served()
            .Client(hawkmount::kCoroutine)
            .SayHello(
                SayHelloRequest(),
                {.timeout = 10s,
                 .metadata =
                     {{"traceparent", "00-" + trace + "-b7ad6b7169203331-01"}},
                 .request_id = id});
    EXPECT_TRUE(answer.ok()) << answer.status();
    const auto page =
        ParseOpenMetrics(scraped.Page("application/openmetrics-text").body);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return std::nullopt;
    const auto found = page->families.find(family);
    EXPECT_NE(found, page->families.end());
    if (found == page->families.end()) return std::nullopt;
    for (const auto& sample : found->second.samples) {
      if (!sample.exemplar.has_value()) continue;
      const auto label = sample.exemplar->labels.find("request_id");
      if (label != sample.exemplar->labels.end() && label->second == id) {
        return sample.exemplar;
      }
    }
    std::this_thread::sleep_for(10ms);
  }
  return std::nullopt;
}

TEST(ScrapeTest, BucketsNameACall) {
  const std::pair<MetricsView, const char*> kViews[] = {
      {MetricsView::kDefault, "hawkapi_grpc_request_duration_seconds"},
      {MetricsView::kGrpcEcosystem, "grpc_server_handling_seconds"},
      {MetricsView::kOtel, "grpc_server_call_duration_seconds"}};
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  for (const auto& [view, family] : kViews) {
    Scraped scraped({view});
    const auto exemplar = ExemplarOf(scraped, family, "the-example", trace);
    ASSERT_TRUE(exemplar.has_value()) << family;
    EXPECT_EQ(exemplar->labels.at("trace_id"), trace);
    EXPECT_EQ(exemplar->labels.at("span_id").size(), 16u);
    EXPECT_TRUE(exemplar->timestamp.has_value());
    EXPECT_EQ(scraped.Page("text/plain").body.find(" # {"), std::string::npos);
  }
}

}  // namespace
}  // namespace e2e
