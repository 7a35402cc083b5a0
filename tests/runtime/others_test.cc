#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <limits>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "hawkmount/app.h"
#include "observe/exposition.h"

namespace hawkmount::observe {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

class Fixed : public prometheus::Collectable {
 public:
  explicit Fixed(std::vector<MetricFamily> families)
      : families_(std::move(families)) {}
  std::vector<MetricFamily> Collect() const override { return families_; }

 private:
  const std::vector<MetricFamily> families_;
};

class Throwing : public prometheus::Collectable {
 public:
  std::vector<MetricFamily> Collect() const override {
    throw std::runtime_error("no metrics today");
  }
};

size_t Count(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

// A page without methods, and what was logged meanwhile.
class OthersTest : public testing::Test {
 protected:
  std::string Page(
      std::vector<std::shared_ptr<prometheus::Collectable>> others,
      TextFormat format,
      int times = 1) {
    Exposition exposition(
        "acme",
        {MetricsView::kDefault},
        std::make_shared<Others>(std::move(others), logger_));
    std::string page;
    for (int i = 0; i < times; ++i) page = exposition.Write({}, format);
    return page;
  }
  static std::string Own(TextFormat format) {
    return Exposition("acme", {MetricsView::kDefault}).Write({}, format);
  }
  // What follows our own, up to the end of the page.
  std::string Added(
      std::vector<std::shared_ptr<prometheus::Collectable>> others,
      TextFormat format) {
    std::string page = Page(std::move(others), format);
    std::string own = Own(format);
    if (format == TextFormat::kOpenMetrics) {
      const std::string end = "# EOF\n";
      EXPECT_TRUE(page.ends_with(end)) << page;
      EXPECT_EQ(Count(page, "# EOF"), 1u) << page;
      page.resize(page.size() - end.size());
      own.resize(own.size() - end.size());
    }
    EXPECT_TRUE(page.starts_with(own)) << page;
    return page.substr(own.size());
  }
  std::string log() const { return log_.str(); }

 private:
  std::ostringstream log_;
  const std::shared_ptr<spdlog::logger> logger_ =
      std::make_shared<spdlog::logger>(
          "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_));
};

std::shared_ptr<prometheus::Registry> Registry() {
  auto registry = std::make_shared<prometheus::Registry>();
  prometheus::BuildCounter()
      .Name("orders_total")
      .Help("The \"orders\".")
      .Register(*registry)
      .Add({{"kind", "a\"b\\c\nd"}})
      .Increment(3);
  prometheus::BuildGauge()
      .Name("depth")
      .Help("Depth.")
      .Register(*registry)
      .Add({})
      .Set(0.25);
  prometheus::BuildHistogram()
      .Name("size")
      .Help("Sizes.")
      .Register(*registry)
      .Add({}, prometheus::Histogram::BucketBoundaries{1, 2.5})
      .Observe(2);
  return registry;
}

TEST_F(OthersTest, AreOnAPageOfOpenMetrics) {
  const std::string added = Added({Registry()}, TextFormat::kOpenMetrics);
  for (const char* family :
       {"# HELP orders The \\\"orders\\\".\n# TYPE orders counter\n"
        "orders_total{kind=\"a\\\"b\\\\c\\nd\"} 3.0\n",
        "# HELP depth Depth.\n# TYPE depth gauge\ndepth 0.25\n",
        "# HELP size Sizes.\n# TYPE size histogram\n"
        "size_bucket{le=\"1.0\"} 0\nsize_bucket{le=\"2.5\"} 1\n"
        "size_bucket{le=\"+Inf\"} 1\nsize_sum 2.0\nsize_count 1\n"}) {
    EXPECT_EQ(Count(added, family), 1u) << family << added;
  }
  EXPECT_EQ(log(), "");
}

TEST_F(OthersTest, AreOnAPageOfPrometheusText) {
  const std::string added = Added({Registry()}, TextFormat::kPrometheus);
  for (const char* line :
       {"# TYPE orders_total counter\n",
        "orders_total{kind=\"a\\\"b\\\\c\\nd\"} 3\n",
        "depth 0.25\n",
        "size_bucket{le=\"+Inf\"} 1\n"}) {
    EXPECT_EQ(Count(added, line), 1u) << line << added;
  }
}

TEST_F(OthersTest, KindsThatHaveOtherNamesInOpenMetrics) {
  MetricFamily counter{"made", "Made.", MetricType::Counter, {{}}};
  counter.metric[0].counter.value = 1e21;
  counter.metric[0].timestamp_ms = 1700000000012;
  MetricFamily untyped{"some", "x\ny", MetricType::Untyped, {{}}};
  untyped.metric[0].untyped.value = std::numeric_limits<double>::quiet_NaN();
  MetricFamily summary{"wait", "Wait.", MetricType::Summary, {{}}};
  summary.metric[0].summary = {2, 3, {{0.5, 1}}};
  EXPECT_EQ(
      Added(
          {std::make_shared<Fixed>(std::vector{counter, untyped, summary})},
          TextFormat::kOpenMetrics),
      "# HELP made Made.\n# TYPE made counter\n"
      "made_total 1e+21 1700000000.012\n"
      "# HELP some x\\ny\n# TYPE some unknown\nsome NaN\n"
      "# HELP wait Wait.\n# TYPE wait summary\n"
      "wait{quantile=\"0.5\"} 1.0\nwait_sum 3.0\nwait_count 2\n");
}

TEST_F(OthersTest, NamesOfOursAreOursAndItIsSaidOnce) {
  const auto others = std::make_shared<Fixed>(std::vector<MetricFamily>{
      {"acme_grpc_log_records_dropped_total", "", MetricType::Counter, {{}}},
      {"acme_grpc_worker_queue_wait_seconds_sum", "", MetricType::Gauge, {{}}},
      {"not a name", "", MetricType::Gauge, {{}}},
      {"twice", "", MetricType::Gauge, {{}}},
      {"twice", "", MetricType::Gauge, {{}}}});
  for (const TextFormat format :
       {TextFormat::kPrometheus, TextFormat::kOpenMetrics}) {
    EXPECT_EQ(Count(Added({others}, format), "# TYPE "), 1u);
  }
  const size_t before = log().size();
  Page({others}, TextFormat::kPrometheus, 3);
  EXPECT_EQ(
      Count(log().substr(before), "acme_grpc_log_records_dropped_total"), 1u)
      << log();
}

TEST_F(OthersTest, OneThatThrowsBreaksNothingAndItIsSaidOnce) {
  const std::string page = Page(
      {std::make_shared<Throwing>(), nullptr, Registry()},
      TextFormat::kPrometheus,
      3);
  EXPECT_EQ(Count(page, "depth 0.25\n"), 1u) << page;
  EXPECT_EQ(Count(log(), "no metrics today"), 1u) << log();
  EXPECT_EQ(Count(log(), "others[1] is null"), 1u) << log();
}

TEST_F(OthersTest, AnAppIsCollectedWhileItIsThere) {
  const auto registry = Registry();
  auto app = std::make_unique<App>(
      AppOptions{.metrics = {.prefix = "acme", .others = {registry}}});
  EXPECT_EQ(Count(app->MetricsText(), "depth 0.25\n"), 1u);
  const std::shared_ptr<prometheus::Collectable> collectable =
      app->Collectable();
  std::set<std::string> names;
  for (const MetricFamily& family : collectable->Collect()) {
    EXPECT_TRUE(names.insert(family.name).second) << family.name;
    if (family.name != "acme_grpc_worker_queue_wait_seconds") continue;
    EXPECT_EQ(family.type, MetricType::Histogram);
    ASSERT_EQ(family.metric.size(), 1u);
    EXPECT_EQ(family.metric[0].histogram.bucket.size(), 20u);
  }
  EXPECT_TRUE(names.contains("acme_grpc_workers"));
  EXPECT_TRUE(names.contains("acme_grpc_worker_queue_wait_seconds"));
  EXPECT_FALSE(names.contains("depth"));
  app.reset();
  EXPECT_TRUE(collectable->Collect().empty());
}

}  // namespace
}  // namespace hawkmount::observe
