#include "observe/metrics.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include "fake_call.h"
#include "hawkmount/codegen/hooks.h"
#include "observe/exposition.h"

namespace hawkmount::observe {
namespace {

using codegen::kLatencyEdges;
using codegen::LatencyCell;
using codegen::MethodCells;

constexpr Method kFirst{"/pkg.Service/First", MethodKind::kUnary};
constexpr Method kSecond{"/pkg.Service/Second", MethodKind::kBidiStream};

std::string Text(
    const Metrics& metrics, MetricsView view = MetricsView::kDefault) {
  Exposition exposition("hawkapi", {view});
  MetricsPage page;
  (metrics.side() == Side::kServer ? page.server : page.clients) =
      metrics.Read();
  return exposition.Write(page, TextFormat::kPrometheus);
}

std::map<std::string, double> Samples(const std::string& text) {
  std::map<std::string, double> samples;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    const size_t space = line.rfind(' ');
    EXPECT_TRUE(
        samples
            .emplace(line.substr(0, space), std::stod(line.substr(space + 1)))
            .second)
        << line;
  }
  return samples;
}

// What `promtool check metrics` says to a text: its exit code and output.
std::pair<int, std::string> Promtool(const std::string& text) {
  std::string path = testing::TempDir() + "/metrics.XXXXXX";
  const int file = mkstemp(path.data());
  EXPECT_EQ(write(file, text.data(), text.size()), ssize_t(text.size()));
  close(file);
  const std::string command = "promtool check metrics <" + path + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  std::string said;
  for (int c; (c = std::fgetc(pipe)) != EOF;) said.push_back(char(c));
  const int status = pclose(pipe);
  unlink(path.c_str());
  return {WEXITSTATUS(status), said};
}

// As a server would.
void Call(
    MethodCells& cells, absl::StatusCode code, std::chrono::nanoseconds taken) {
  FakeCall call;
  call.record.cells = &cells;
  const FakeContext context(call);
  const codegen::MetricsHook hook(context);
  call.record.end = call.record.start + taken;
  call.record.code = code;
}

TEST(LatencyCell, AValueOnAnEdgeBelongsBelowIt) {
  EXPECT_EQ(LatencyCell(0), 0u);
  for (size_t i = 0; i < kLatencyEdges.size(); ++i) {
    EXPECT_EQ(LatencyCell(kLatencyEdges[i] - 1), i);
    EXPECT_EQ(LatencyCell(kLatencyEdges[i]), i);
    if (i + 1 < kLatencyEdges.size()) {
      EXPECT_EQ(LatencyCell(kLatencyEdges[i] + 1), i + 1);
    }
  }
}

TEST(LatencyCell, TheEdgesRise) {
  for (size_t i = 1; i < kLatencyEdges.size(); ++i) {
    EXPECT_LT(kLatencyEdges[i - 1], kLatencyEdges[i]);
  }
}

TEST(Metrics, PromtoolHasNothingToSay) {
  Metrics metrics(Side::kServer);
  MethodCells& first = metrics.TakeCells(kFirst);
  metrics.TakeCells(kSecond);
  metrics.TakeCells(Metrics::kUnknown);
  for (int code = 0; code < 17; ++code) {
    Call(
        first, static_cast<absl::StatusCode>(code), std::chrono::seconds(code));
  }
  Metrics clients(Side::kClient);
  Call(clients.TakeCells(kFirst), absl::StatusCode::kOk, {});
  for (const MetricsView view :
       {MetricsView::kDefault,
        MetricsView::kGrpcEcosystem,
        MetricsView::kOtel}) {
    for (const Metrics* of : {&metrics, &clients}) {
      const auto [result, said] = Promtool(Text(*of, view));
      ASSERT_NE(result, 127) << "promtool is missing: ./dev test brings it";
      EXPECT_EQ(result, 0) << said;
      EXPECT_EQ(said, "");
    }
  }
  EXPECT_NE(Promtool(Text(metrics) + "x{ 1\n").first, 0) << "it never objects";
}

TEST(Metrics, WithoutMethodsThereIsNoSeriesOfAMethod) {
  EXPECT_EQ(Text(Metrics(Side::kServer)).find("requests"), std::string::npos);
}

TEST(Metrics, CallsAreCountedByTheirCode) {
  Metrics metrics(Side::kServer);
  MethodCells& cells = metrics.TakeCells(kFirst);
  for (int i = 0; i < 3; ++i) Call(cells, absl::StatusCode::kOk, {});
  Call(cells, absl::StatusCode::kUnauthenticated, {});
  const auto samples = Samples(Text(metrics));
  const std::string method = "method=\"/pkg.Service/First\"";
  EXPECT_EQ(
      samples.at("hawkapi_grpc_requests_total{" + method + ",code=\"OK\"}"), 3);
  EXPECT_EQ(
      samples.at(
          "hawkapi_grpc_requests_total{" + method +
          ",code=\"UNAUTHENTICATED\"}"),
      1);
  EXPECT_EQ(
      samples.at("hawkapi_grpc_requests_started_total{" + method + "}"), 4);
  EXPECT_EQ(
      samples.count(
          "hawkapi_grpc_requests_total{" + method + ",code=\"NOT_FOUND\"}"),
      0u);
  EXPECT_EQ(
      samples.at("hawkapi_grpc_method_info{" + method + ",type=\"unary\"}"), 1);
}

// Whoever counted them: each shard has cells of its own.
TEST(Metrics, AllCellsOfAMethodAreOneSeries) {
  Metrics metrics(Side::kServer);
  MethodCells& one = metrics.TakeCells(kFirst);
  MethodCells& other = metrics.TakeCells(kFirst);
  Call(one, absl::StatusCode::kOk, {});
  Call(other, absl::StatusCode::kOk, {});
  const auto samples = Samples(Text(metrics));
  EXPECT_EQ(
      samples.at(
          "hawkapi_grpc_requests_total{method=\"/pkg.Service/First\",code="
          "\"OK\"}"),
      2);
}

TEST(Metrics, ACallIsInFlightUntilItIsOver) {
  Metrics metrics(Side::kServer);
  MethodCells& cells = metrics.TakeCells(kFirst);
  const auto in_flight = [&] {
    return Samples(Text(metrics))
        .at("hawkapi_grpc_requests_in_flight{method=\"/pkg.Service/First\"}");
  };
  EXPECT_EQ(in_flight(), 0);
  {
    FakeCall call;
    call.record.cells = &cells;
    const FakeContext context(call);
    const codegen::MetricsHook hook(context);
    EXPECT_EQ(in_flight(), 1);
    call.record.end = call.record.start;
  }
  EXPECT_EQ(in_flight(), 0);
}

TEST(Metrics, TheHistogramIsOfSecondsAndRises) {
  using std::chrono::nanoseconds;
  Metrics metrics(Side::kServer);
  MethodCells& cells = metrics.TakeCells(kFirst);
  Call(cells, absl::StatusCode::kOk, nanoseconds(100'000));  // on an edge
  Call(cells, absl::StatusCode::kOk, nanoseconds(100'001));
  Call(cells, absl::StatusCode::kOk, nanoseconds(250'000'000));
  Call(cells, absl::StatusCode::kOk, nanoseconds(20'000'000'000));
  const auto samples = Samples(Text(metrics));
  const std::string name =
      "hawkapi_grpc_request_duration_seconds_bucket{method=\"/pkg.Service/"
      "First\",le=\"";
  EXPECT_EQ(samples.at(name + "0.0001\"}"), 1);
  EXPECT_EQ(samples.at(name + "0.00025\"}"), 2);
  EXPECT_EQ(samples.at(name + "0.1\"}"), 2);
  EXPECT_EQ(samples.at(name + "0.25\"}"), 3);
  EXPECT_EQ(samples.at(name + "10\"}"), 3);
  EXPECT_EQ(samples.at(name + "+Inf\"}"), 4);
  const std::string labels = "{method=\"/pkg.Service/First\"}";
  EXPECT_EQ(
      samples.at("hawkapi_grpc_request_duration_seconds_count" + labels), 4);
  EXPECT_NEAR(
      samples.at("hawkapi_grpc_request_duration_seconds_sum" + labels),
      20.250200001,
      1e-9);
}

TEST(Metrics, ExceptionsAndRejectionsAreCounted) {
  Metrics metrics(Side::kServer);
  MethodCells& cells = metrics.TakeCells(kSecond);
  {
    FakeCall call;
    call.record.cells = &cells;
    const FakeContext context(call);
    const codegen::MetricsHook hook(context);
    call.record.end = call.record.start;
    call.record.threw = true;
    call.record.rejection = codegen::Rejection::kBadRequest;
  }
  const auto samples = Samples(Text(metrics));
  const std::string method = "{method=\"/pkg.Service/Second\"";
  EXPECT_EQ(samples.at("hawkapi_grpc_exceptions_total" + method + "}"), 1);
  const std::string rejected =
      "hawkapi_grpc_requests_rejected_total" + method + ",reason=\"";
  EXPECT_EQ(samples.at(rejected + "bad_request\"}"), 1);
  EXPECT_EQ(samples.at(rejected + "queue_full\"}"), 0);
  EXPECT_EQ(samples.at(rejected + "draining\"}"), 0);
  EXPECT_EQ(samples.at(rejected + "expired_in_queue\"}"), 0);
}

// A scrape in the middle of calls never sees more ended than begun: in flight
// would be a huge number then.
TEST(Metrics, InFlightIsNeverBelowZero) {
  Metrics metrics(Side::kServer);
  MethodCells& cells = metrics.TakeCells(kFirst);
  std::jthread caller([&](std::stop_token stop) {
    while (!stop.stop_requested()) Call(cells, absl::StatusCode::kOk, {});
  });
  for (int i = 0; i < 2000; ++i) {
    const double in_flight = Samples(Text(metrics))
                                 .at("hawkapi_grpc_requests_in_flight{method="
                                     "\"/pkg.Service/First\"}");
    // Of one caller there is one at the most; what it began while the cells
    // were read is counted as well.
    ASSERT_GE(in_flight, 0);
    ASSERT_LT(in_flight, 1e6);
  }
}

TEST(MetricsTest, DurationsOfErrorsAreKeptByCode) {
  Metrics metrics(Side::kServer);
  MethodCells& one = metrics.TakeCells(kFirst);
  MethodCells& other = metrics.TakeCells(kFirst);
  one.AddLatency(0, 1'000);
  one.AddLatency(5, 20'000'000);
  other.AddLatencyShared(5, 30'000'000);
  other.AddLatencyShared(14, 1'000);
  for (MethodCells* cells : {&one, &other}) {
    cells->started.Add(2);
    cells->handled[0].Add(2);  // the ends are not what is tested
  }
  const MethodSnapshot method = metrics.Read().front();
  EXPECT_EQ(method.latency.Count(), 4u);
  EXPECT_EQ(method.failed.size(), 2u);
  EXPECT_EQ(method.failed.at(5).Count(), 2u);
  EXPECT_EQ(method.failed.at(5).sum, 50'000'000u);
  EXPECT_EQ(method.failed.at(14).cells[LatencyCell(1'000)], 1u);
  EXPECT_EQ(method.Succeeded().Count(), 1u);
  EXPECT_EQ(method.Succeeded().sum, 1'000u);
}

// A scrape may come between the two steps of a call's end.
TEST(MetricsTest, ACallIsNotMeasuredBeforeItIsCounted) {
  Metrics metrics(Side::kServer);
  MethodCells& cells = metrics.TakeCells(kFirst);
  const auto end_half = [&](uint64_t nanoseconds) {
    cells.started.Add();
    cells.AddLatency(0, nanoseconds);
  };
  end_half(20'000'000);
  cells.handled[0].AddRelease();
  const auto before = metrics.Read().front();
  EXPECT_EQ(before.latency.Count(), 1u);
  end_half(20'000'000);
  end_half(1'000);
  cells.handled[0].AddRelease();
  const auto between = metrics.Read().front();
  EXPECT_EQ(between.ended, 2u);
  EXPECT_EQ(between.in_flight(), 1u);
  EXPECT_EQ(between.latency.Count(), 2u);
  cells.handled[0].AddRelease();
  const auto after = metrics.Read().front();
  EXPECT_EQ(after.latency.Count(), 3u);
  EXPECT_EQ(after.latency.cells[LatencyCell(1'000)], 1u);
  EXPECT_EQ(after.latency.cells[LatencyCell(20'000'000)], 2u);
  for (size_t i = 0; i < codegen::kLatencyCells; ++i) {
    EXPECT_LE(before.latency.cells[i], between.latency.cells[i]) << i;
    EXPECT_LE(between.latency.cells[i], after.latency.cells[i]) << i;
  }
}

}  // namespace
}  // namespace hawkmount::observe
