// The parser that judges our pages finds what is wrong with wrong ones.

#include "openmetrics.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/str_replace.h"

namespace e2e {
namespace {

constexpr char kPage[] =
    "# HELP calls All \\\"calls\\\".\n"
    "# TYPE calls counter\n"
    "calls_total{method=\"a\\\\b\\\"c\\nd\"} 3 1.5 # {id=\"x\"} 1 2.5\n"
    "calls_total{method=\"e\"} 4\n"
    "# TYPE open gauge\n"
    "open -1\n"
    "# TYPE wait_seconds histogram\n"
    "# UNIT wait_seconds seconds\n"
    "wait_seconds_bucket{le=\"0.1\"} 1 # {id=\"y\"} 0.05\n"
    "wait_seconds_bucket{le=\"1.0\"} 1\n"
    "wait_seconds_bucket{le=\"+Inf\"} 2\n"
    "wait_seconds_sum 2.5\n"
    "wait_seconds_count 2\n"
    "# TYPE size summary\n"
    "size{quantile=\"0.5\"} 7\n"
    "size_sum 9\n"
    "size_count 2\n"
    "# TYPE build info\n"
    "build_info{version=\"1\"} 1\n"
    "# EOF\n";

TEST(OpenMetricsTest, ReadsWhatIsRight) {
  const auto page = ParseOpenMetrics(kPage);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->families.size(), 5u);
  const OpenMetricsPage::Family& calls = page->families.at("calls");
  EXPECT_EQ(calls.type, "counter");
  EXPECT_EQ(calls.help, "All \"calls\".");
  ASSERT_EQ(calls.samples.size(), 2u);
  EXPECT_EQ(calls.samples[0].labels.at("method"), "a\\b\"c\nd");
  EXPECT_EQ(calls.samples[0].value, 3);
  EXPECT_EQ(calls.samples[0].timestamp, 1.5);
  ASSERT_TRUE(calls.samples[0].exemplar.has_value());
  EXPECT_EQ(calls.samples[0].exemplar->labels.at("id"), "x");
  EXPECT_EQ(calls.samples[0].exemplar->timestamp, 2.5);
  EXPECT_FALSE(calls.samples[1].exemplar.has_value());
}

// The right page with one text replaced, and what is to be said about it.
struct Falsified {
  std::string from;
  std::string to;
  std::string error;
};

void PrintTo(const Falsified& page, std::ostream* out) {
  *out << "'" << page.from << "' to '" << page.to << "'";
}

class FalsifiedTest : public testing::TestWithParam<Falsified> {};

TEST_P(FalsifiedTest, IsFound) {
  const auto& [from, to, error] = GetParam();
  const std::string page = absl::StrReplaceAll(kPage, {{from, to}});
  ASSERT_NE(page, kPage);
  const auto parsed = ParseOpenMetrics(page);
  ASSERT_FALSE(parsed.ok()) << page;
  EXPECT_NE(parsed.status().message().find(error), std::string::npos)
      << parsed.status();
}

const std::string kLong(127, 'i');

INSTANTIATE_TEST_SUITE_P(
    OpenMetrics,
    FalsifiedTest,
    testing::Values(
        Falsified{"# EOF\n", "", "no # EOF"},
        Falsified{"# EOF\n", "# EOF", "no line feed"},
        Falsified{"# EOF\n", "# EOF\n# EOF\n", "behind # EOF"},
        Falsified{"open -1\n", "open -1\n\n", "no metric's name"},
        Falsified{"open -1\n", "open -1\n# note\n", "unknown comment"},
        Falsified{"open -1\n", "open -1,5\n", "no number"},
        Falsified{"open -1\n", "open -1 \n", "no number"},
        Falsified{"open -1\n", "open -1 # \n", "without labels"},
        Falsified{"open -1\n", "open -1 # {id=\"z\"} 1\n", "none may be"},
        Falsified{"open -1\n", "open -1\nopen -1\n", "series twice"},
        Falsified{"open -1\n", "open_total 1\n", "type gauge lacks"},
        Falsified{"open -1\n", "shut -1\n", "without its family's"},
        Falsified{"# TYPE open gauge\n", "", "without its family's"},
        Falsified{"open gauge", "open meter", "unknown type"},
        Falsified{"open gauge", "calls gauge", "metadata behind samples"},
        Falsified{"# TYPE size s", "# TYPE calls s", "in two places"},
        Falsified{"# TYPE open ", "# TYPE calls_total ", "of two families"},
        Falsified{"calls_total", "calls", "type counter lacks"},
        Falsified{"} 4\n", "} -4\n", "negative"},
        Falsified{"} 4\n", "} NaN\n", "negative"},
        Falsified{"method=\"e\"", "method=\"e", "without an end"},
        Falsified{"method=\"e\"", "1method=\"e\"", "no label's name"},
        Falsified{"=\"e\"", "=\"e\",method=\"f\"", "label twice"},
        Falsified{"=\"e\"", "=\"\\t\"", "unknown escape"},
        Falsified{"=\"e\"", "=\"\xC3\"", "no UTF-8"},
        Falsified{"All \\\"", "All \"", "not escaped"},
        Falsified{"{id=\"x\"}", "{id=\"" + kLong + "\"}", "128 characters"},
        Falsified{"{id=\"x\"} 1", "{id=\"x\"} one", "no number"},
        Falsified{"{id=\"x\"} 1 2.5", "{id=\"x\"}", "without a value"},
        Falsified{"} 0.05", "} 0.5", "above its bucket"},
        Falsified{"seconds seconds", "seconds bytes", "name lacks"},
        Falsified{"le=\"1.0\"", "le=\"1\"", "no canonical"},
        Falsified{"le=\"0.1\"", "le=\"0.10\"", "no canonical"},
        Falsified{"le=\"0.1\"", "le=\"2.0\"", "not in order"},
        Falsified{"le=\"1.0\"} 1", "le=\"1.0\"} 0", "buckets go down"},
        Falsified{"le=\"1.0\"} 1", "le=\"1.0\"} 1.5", "not whole"},
        Falsified{"bucket{le=\"1.0\"}", "bucket", "without le"},
        Falsified{"+Inf\"} 2", "+Inf\"} 3", "not the _count"},
        Falsified{"wait_seconds_count 2\n", "", "without _count"},
        Falsified{
            "wait_seconds_bucket{le=\"+Inf\"} 2\n", "", "without the bucket"},
        Falsified{"quantile=\"0.5\"", "quantile=\"1.5\"", "out of"},
        Falsified{"\"1\"} 1\n", "\"1\"} 2\n", "not 1"}));

TEST(OpenMetricsTest, WantsMetricsInOnePlace) {
  const auto page = ParseOpenMetrics(
      "# TYPE a summary\n"
      "a_sum{b=\"1\"} 1\na_sum{b=\"2\"} 1\na_count{b=\"1\"} 1\n"
      "# EOF\n");
  ASSERT_FALSE(page.ok());
  EXPECT_NE(page.status().message().find("in two places"), std::string::npos);
}

}  // namespace
}  // namespace e2e
