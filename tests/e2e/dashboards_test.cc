// The dashboard, the alerts and the tables of docs/guide/ against what a server
// writes.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "handlers.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using Names = std::set<std::string>;

std::string ReadDoc(const std::string& name) {
  std::ifstream file(GUIDE_DIR "/" + name);
  EXPECT_TRUE(file.good()) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Names Matches(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  Names names;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end;
       match != end;
       ++match) {
    names.insert((*match)[1]);
  }
  return names;
}

// The metrics that a text speaks of. Names with a colon are of rules.
Names MetricsIn(const std::string& text) {
  return Matches(text, "(?:^|[^:a-z0-9_])(hawkapi_[a-z0-9_]+)(?![a-z0-9_:])");
}

Names RulesIn(const std::string& text) {
  return Matches(text, "(?:^|[^:a-z0-9_])(service:[a-z0-9_:]+)");
}

// What a server has at /metrics after a call.
std::string Page() {
  BothStyles served(Quiet());
  EXPECT_TRUE(served.app().Start().ok());
  EXPECT_TRUE(served.Client(hawkmount::kCoroutine)
                  .SayHello(SayHelloRequest(), {.timeout = 10s})
                  .ok());
  EXPECT_TRUE(served.app().Shutdown(10s).ok());
  return served.app().MetricsText();
}

Names Samples(const std::string& page) {
  return Matches(page, "(?:^|\n)([a-z][a-z0-9_]*)");
}

Names Families(const std::string& page) {
  return Matches(page, "# TYPE ([a-z0-9_]+) ");
}

// What `promtool ARGUMENTS FILE` says when it is not content.
testing::AssertionResult Promtool(
    const std::string& arguments, const std::string& file) {
  const std::string command = "promtool " + arguments + " '" + file + "' 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  std::string said;
  for (int c; (c = std::fgetc(pipe)) != EOF;) said.push_back(char(c));
  const int status = pclose(pipe);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << said;
}

void ExpectAllIn(const Names& names, const Names& known) {
  for (const std::string& name : names) {
    EXPECT_TRUE(known.contains(name)) << name;
  }
}

// All values of `key`, wherever they are.
void Collect(
    const json& value, const std::string& key, std::vector<std::string>& all) {
  if (value.is_object() && value.contains(key) && value[key].is_string()) {
    all.push_back(value[key]);
  }
  if (!value.is_structured()) return;
  for (const json& element : value) Collect(element, key, all);
}

TEST(AlertsTest, SpeakOfMetricsThatThereAre) {
  const std::string alerts = ReadDoc("alerts.yml");
  const Names metrics = MetricsIn(alerts);
  EXPECT_GE(metrics.size(), 5u);
  ExpectAllIn(metrics, Samples(Page()));
  const Names recorded = Matches(alerts, "record: (\\S+)");
  EXPECT_EQ(RulesIn(alerts), recorded);
}

TEST(AlertsTest, AreRulesOfPrometheus) {
  EXPECT_TRUE(Promtool("check rules", GUIDE_DIR "/alerts.yml"));
}

TEST(AlertsTest, RingWhenTheyShould) {
  EXPECT_TRUE(Promtool("test rules", ALERTS_TEST));
}

TEST(DashboardTest, SpeaksOfMetricsThatThereAre) {
  const std::string dashboard = ReadDoc("grafana.json");
  const Names metrics = MetricsIn(dashboard);
  EXPECT_GE(metrics.size(), 7u);
  ExpectAllIn(metrics, Samples(Page()));
}

TEST(DashboardTest, AsksWhatPrometheusUnderstands) {
  const json dashboard = json::parse(ReadDoc("grafana.json"));
  std::vector<std::string> queries;
  Collect(dashboard["panels"], "expr", queries);
  EXPECT_GE(queries.size(), 14u);
  json rules = json::array();
  for (const std::string& query : queries) {
    const std::string filled = absl::StrReplaceAll(
        query, {{"$__rate_interval", "5m"}, {"$job", ".*"}, {"$method", ".*"}});
    EXPECT_EQ(filled.find('$'), std::string::npos) << filled;
    const std::string name = "query:" + std::to_string(rules.size());
    rules.push_back({{"record", name}, {"expr", filled}});
  }
  // JSON is YAML.
  const json group = {{"name", "dashboard"}, {"rules", rules}};
  const std::string file =
      testing::TempDir() + "/dashboard." + std::to_string(getpid()) + ".yml";
  std::ofstream(file) << json{{"groups", json::array({group})}};
  EXPECT_TRUE(Promtool("check rules", file));
  std::remove(file.c_str());
}

TEST(DashboardTest, ChoosesServicesAndMethods) {
  const json dashboard = json::parse(ReadDoc("grafana.json"));
  std::map<std::string, json> variables;
  for (const json& variable : dashboard["templating"]["list"]) {
    variables[variable["name"]] = variable;
  }
  // Grafana writes regular expressions between slashes.
  std::string regex = variables["service"]["regex"];
  ASSERT_GT(regex.size(), 2u);
  regex =
      absl::StrReplaceAll(regex.substr(1, regex.size() - 2), {{"\\/", "/"}});
  std::smatch match;
  const std::string path(GreeterMethods::kSayHello.path);
  ASSERT_TRUE(std::regex_match(path, match, std::regex(regex)));
  EXPECT_EQ(match[1], "acme.greeter.v1.Greeter");
  const std::string query = variables["method"]["query"]["query"];
  EXPECT_NE(query.find("$service"), std::string::npos);
}

TEST(ObservabilityGuideTest, HasAllMetrics) {
  const Names families = Families(Page());
  EXPECT_GE(families.size(), 9u);
  ExpectAllIn(
      families, Matches(ReadDoc("observability.md"), "`([a-z0-9_]+)[{`]"));
}

TEST(ObservabilityGuideTest, HasAllLogFields) {
  std::shared_ptr<std::vector<std::string>> lines;
  BothStyles served({.logger = KeepLines(lines)});
  ASSERT_TRUE(served.app().Start().ok());
  for (const char* name : {"well", "fail", "throw"}) {
    SayHelloRequest request;
    request.set_name(name);
    const hawkmount::CallOptions options = {
        .timeout = 10s,
        .metadata = {
            {"traceparent",
             "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"}}};
    const absl::Status status =
        served.Client(hawkmount::kBlocking).SayHello(request, options).status();
    EXPECT_EQ(status.ok(), std::string(name) == "well") << status;
  }
  ASSERT_TRUE(served.app().Shutdown(10s).ok());
  Names fields;
  for (const std::string& line : *lines) {
    const json record = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!record.is_object()) continue;  // of the app, not of a call
    for (const auto& field : record.items()) fields.insert(field.key());
  }
  EXPECT_GE(fields.size(), 10u);
  ExpectAllIn(
      fields, Matches(ReadDoc("observability.md"), "(?:\n\\| |, )`([a-z_]+)`"));
}

}  // namespace
}  // namespace e2e
