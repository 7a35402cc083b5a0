#include "observe/exposition.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <sstream>
#include <string>

namespace hawkmount::observe {
namespace {

MethodSnapshot Snapshot() {
  MethodSnapshot method;
  method.path = "/pkg.v1.Service/Watch";
  method.kind = MethodKind::kServerStream;
  method.started = 4;
  method.ended = 3;
  method.handled[0] = 2;
  method.handled[1] = 1;
  method.latency.cells[codegen::LatencyCell(10'000'000)] = 2;
  method.latency.cells[codegen::kLatencyCells - 1] = 1;
  method.latency.sum = 120'000'000'050;
  method.failed[1].cells[codegen::kLatencyCells - 1] = 1;
  method.failed[1].sum = 120'000'000'000;
  method.first_response.cells[codegen::LatencyCell(5'000'000)] = 1;
  method.first_response.sum = 5'000'000;
  method.received = 4;
  method.received_bytes = 40;
  method.sent = 9;
  method.sent_bytes = 90;
  return method;
}

std::string Page(
    std::vector<MetricsView> views,
    TextFormat format,
    Side side = Side::kServer) {
  Exposition exposition("acme", std::move(views));
  MetricsPage page;
  (side == Side::kServer ? page.server : page.clients).push_back(Snapshot());
  return exposition.Write(page, format);
}

// What is of methods, without what the engine tells.
std::string Methods(
    MetricsView view, TextFormat format, Side side = Side::kServer) {
  const std::string page = Page({view}, format, side);
  const size_t engine = page.find("# HELP acme_grpc_build");
  EXPECT_NE(engine, std::string::npos);
  return page.substr(0, engine);
}

TEST(Exposition, TheEcosystemViewIsThatOfGo) {
  const std::string labels =
      "grpc_type=\"server_stream\",grpc_service=\"pkg.v1.Service\",grpc_method="
      "\"Watch\"";
  const std::string one = "{" + labels + "} ";
  std::string expected =
      "# HELP grpc_server_started_total Calls that began.\n"
      "# TYPE grpc_server_started_total counter\n"
      "grpc_server_started_total" +
      one +
      "4\n"
      "# HELP grpc_server_handled_total Calls that ended, by code.\n"
      "# TYPE grpc_server_handled_total counter\n"
      "grpc_server_handled_total{" +
      labels +
      ",grpc_code=\"OK\"} 2\n"
      "grpc_server_handled_total{" +
      labels +
      ",grpc_code=\"Canceled\"} 1\n"
      "# HELP grpc_server_msg_received_total Messages received.\n"
      "# TYPE grpc_server_msg_received_total counter\n"
      "grpc_server_msg_received_total" +
      one +
      "4\n"
      "# HELP grpc_server_msg_sent_total Messages sent.\n"
      "# TYPE grpc_server_msg_sent_total counter\n"
      "grpc_server_msg_sent_total" +
      one +
      "9\n"
      "# HELP grpc_server_handling_seconds From the beginning of a call to its "
      "end.\n"
      "# TYPE grpc_server_handling_seconds histogram\n";
  const std::string bucket =
      "grpc_server_handling_seconds_bucket{" + labels + ",le=\"";
  expected += bucket + "0.005\"} 0\n";
  for (const char* le :
       {"0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10"}) {
    expected += bucket + le + "\"} 2\n";
  }
  expected += bucket + "+Inf\"} 3\n";
  expected += "grpc_server_handling_seconds_sum" + one + "120.00000005\n";
  expected += "grpc_server_handling_seconds_count" + one + "3\n";
  EXPECT_EQ(
      Methods(MetricsView::kGrpcEcosystem, TextFormat::kPrometheus), expected);
}

TEST(Exposition, TheOtelViewHasTheBucketsOfA66) {
  const std::string text = Methods(MetricsView::kOtel, TextFormat::kPrometheus);
  const std::string method = "{grpc_method=\"pkg.v1.Service/Watch\"";
  EXPECT_TRUE(text.starts_with(
      "# HELP grpc_server_call_started_total Calls that began.\n"
      "# TYPE grpc_server_call_started_total counter\n"
      "grpc_server_call_started_total" +
      method + "} 4\n"))
      << text;
  const std::string duration = "grpc_server_call_duration_seconds";
  const std::string ok = method + ",grpc_status=\"OK\"";
  const std::string cancelled = method + ",grpc_status=\"CANCELLED\"";
  for (const std::string& line :
       {duration + "_bucket" + ok + ",le=\"0.00001\"} 0\n",
        duration + "_bucket" + ok + ",le=\"0.008\"} 0\n",
        duration + "_bucket" + ok + ",le=\"0.01\"} 2\n",
        duration + "_bucket" + ok + ",le=\"100\"} 2\n",
        duration + "_bucket" + ok + ",le=\"+Inf\"} 2\n",
        duration + "_sum" + ok + "} 0.00000005\n",
        duration + "_bucket" + cancelled + ",le=\"100\"} 0\n",
        duration + "_bucket" + cancelled + ",le=\"+Inf\"} 1\n",
        duration + "_sum" + cancelled + "} 120\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  const std::string client =
      Methods(MetricsView::kOtel, TextFormat::kPrometheus, Side::kClient);
  EXPECT_NE(
      client.find("grpc_client_call_duration_seconds_count" + ok + "} 2\n"),
      std::string::npos);
}

TEST(Exposition, TheDefaultViewHasThePrefixAndAllThatIsCounted) {
  const std::string text =
      Methods(MetricsView::kDefault, TextFormat::kPrometheus);
  const std::string method = "{method=\"/pkg.v1.Service/Watch\"";
  for (const char* line :
       {"requests_total|,code=\"OK\"} 2",
        "requests_total|,code=\"CANCELLED\"} 1",
        "requests_started_total|} 4",
        "requests_in_flight|} 1",
        "request_duration_seconds_bucket|,le=\"0.0001\"} 0",
        "request_duration_seconds_bucket|,le=\"10\"} 2",
        "request_duration_seconds_sum|} 120.00000005",
        "request_duration_seconds_count|} 3",
        "messages_received_total|} 4",
        "messages_sent_total|} 9",
        "received_bytes_total|} 40",
        "sent_bytes_total|} 90",
        "first_response_seconds_bucket|,le=\"0.0025\"} 0",
        "first_response_seconds_bucket|,le=\"0.005\"} 1",
        "first_response_seconds_sum|} 0.005",
        "exceptions_total|} 0",
        "timeouts_total|} 0",
        "late_results_total|} 0",
        "requests_rejected_total|,reason=\"queue_full\"} 0",
        "method_info|,type=\"server_stream\"} 1"}) {
    std::string expected = line;
    expected.replace(expected.find('|'), 1, method);
    EXPECT_NE(text.find("\nacme_grpc_" + expected + "\n"), std::string::npos)
        << expected << "\n"
        << text;
  }
}

// A family of OpenMetrics: its name, and the endings its samples may have.
struct Family {
  std::string name;
  std::set<std::string> endings;
};

std::set<std::string> Endings(const std::string& type) {
  if (type == "counter") return {"_total"};
  if (type == "info") return {"_info"};
  if (type == "histogram") return {"_bucket", "_sum", "_count"};
  EXPECT_EQ(type, "gauge");
  return {""};
}

TEST(Exposition, OpenMetricsHasWholeFamiliesOnceAndAnEnd) {
  const std::string page = Page(
      {MetricsView::kDefault, MetricsView::kGrpcEcosystem, MetricsView::kOtel},
      TextFormat::kOpenMetrics);
  ASSERT_TRUE(page.ends_with("\n# EOF\n"));
  std::istringstream lines(page.substr(0, page.size() - 6));
  std::set<std::string> families;
  std::set<std::string> series;
  Family family;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hash, keyword, name, type;
    words >> hash >> keyword >> name >> type;
    if (line.starts_with("# HELP ")) {
      EXPECT_TRUE(families.insert(name).second) << name << " is there twice";
      EXPECT_FALSE(name.ends_with("_total") || name.ends_with("_info")) << name;
      family = {name, {}};
    } else if (line.starts_with("# TYPE ")) {
      EXPECT_EQ(name, family.name);
      family.endings = Endings(type);
    } else {
      ASSERT_FALSE(line.starts_with('#')) << line;
      const std::string sample = line.substr(0, line.find_first_of("{ "));
      ASSERT_TRUE(sample.starts_with(family.name)) << line;
      EXPECT_EQ(family.endings.count(sample.substr(family.name.size())), 1u)
          << line;
      EXPECT_TRUE(series.insert(line.substr(0, line.rfind(' '))).second)
          << line;
      if (const size_t le = line.find("le=\""); le != std::string::npos) {
        const std::string edge = line.substr(le + 4, line.rfind('"') - le - 4);
        EXPECT_TRUE(edge == "+Inf" || edge.find('.') != std::string::npos)
            << line;
      }
    }
  }
  EXPECT_EQ(families.count("acme_grpc_requests"), 1u);
  EXPECT_EQ(families.count("grpc_server_handled"), 1u);
  EXPECT_EQ(families.count("grpc_server_call_duration_seconds"), 1u);
}

// Labels are kept: a page does not depend on those before it.
TEST(Exposition, PagesOfGrowingMethodsAreAsNew) {
  Exposition kept("acme", {MetricsView::kDefault});
  MetricsPage page;
  page.server.push_back(Snapshot());
  const std::string first = kept.Write(page, TextFormat::kPrometheus);
  page.server.push_back(Snapshot());
  page.server.back().path = "other";
  page.clients.push_back(Snapshot());
  const std::string second = kept.Write(page, TextFormat::kPrometheus);
  EXPECT_NE(first, second);
  Exposition fresh("acme", {MetricsView::kDefault});
  EXPECT_EQ(fresh.Write(page, TextFormat::kPrometheus), second);
}

TEST(Label, IsEscaped) {
  EXPECT_EQ(Label("a", "x\"y\\z\n"), "a=\"x\\\"y\\\\z\\n\"");
}

MethodSnapshot WithExemplars(const std::string& request_id) {
  MethodSnapshot method = Snapshot();
  method.exemplars.resize(codegen::kLatencyCells);
  method.exemplars[codegen::LatencyCell(10'000'000)] = {
      .duration = 9'500'000,
      .time = std::chrono::system_clock::time_point(
          std::chrono::milliseconds(1'700'000'000'125)),
      .code = 0,
      .request_id = request_id,
      .trace_id = std::string(32, 'a'),
      .span_id = std::string(16, 'b')};
  return method;
}

std::string LineOfExemplar(
    MetricsView view, TextFormat format, const std::string& request_id) {
  Exposition exposition("acme", {view});
  MetricsPage page;
  page.server.push_back(WithExemplars(request_id));
  const std::string text = exposition.Write(page, format);
  const size_t at = text.find(" # {");
  if (at == std::string::npos) return "";
  const size_t line = text.rfind('\n', at) + 1;
  EXPECT_EQ(text.find(" # {", at + 1), std::string::npos) << "two of them";
  return text.substr(line, text.find('\n', at) - line);
}

TEST(Exposition, OpenMetricsNamesACallForABucket) {
  const std::string trace = "trace_id=\"" + std::string(32, 'a') + "\"";
  const std::string span = "span_id=\"" + std::string(16, 'b') + "\"";
  const std::string rest = "} 0.0095 1700000000.125";
  EXPECT_EQ(
      LineOfExemplar(MetricsView::kDefault, TextFormat::kOpenMetrics, "id-1"),
      "acme_grpc_request_duration_seconds_bucket{method=\"/pkg.v1.Service/"
      "Watch\",le=\"0.01\"} 2 # {" +
          trace + ",request_id=\"id-1\"," + span + rest);
  EXPECT_EQ(
      LineOfExemplar(
          MetricsView::kOtel, TextFormat::kOpenMetrics, std::string(60, 'x')),
      "grpc_server_call_duration_seconds_bucket{grpc_method=\"pkg.v1.Service/"
      "Watch\",grpc_status=\"OK\",le=\"0.01\"} 2 # {" +
          trace + ",request_id=\"" + std::string(60, 'x') + "\"" + rest)
      << "without what would be too long";
  EXPECT_NE(
      LineOfExemplar(
          MetricsView::kDefault,
          TextFormat::kOpenMetrics,
          std::string(128, 'x'))
          .find(trace + "," + span),
      std::string::npos);
  EXPECT_EQ(
      LineOfExemplar(MetricsView::kDefault, TextFormat::kPrometheus, "id-1"),
      "");
}

}  // namespace
}  // namespace hawkmount::observe
