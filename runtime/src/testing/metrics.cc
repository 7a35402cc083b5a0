#include "hawkmount/testing/metrics.h"

#include <chrono>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "observe/codes.h"

namespace hawkmount::testing {
namespace {

constexpr std::string_view kStartedTotal = "requests_started_total";
constexpr std::string_view kInFlight = "requests_in_flight{";

// "hawkapi_grpc_", from the line that gives the type of a metric that each page
// has.
std::string PrefixOf(const std::string& page) {
  const std::string line_end = std::string(kStartedTotal) + " counter";
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ") && line.ends_with("_grpc_" + line_end)) {
      return line.substr(7, line.size() - 7 - line_end.size());
    }
  }
  throw std::invalid_argument(
      "hawkmount::testing::MetricsSnapshot: the app has no metrics of the "
      "default view: put MetricsView::kDefault into MetricsOptions::views");
}

}  // namespace

MetricsSnapshot::MetricsSnapshot(const App& app) {
  const std::string page = app.MetricsText();
  const std::string prefix = PrefixOf(page);
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(prefix)) continue;
    const size_t space = line.rfind(' ');
    samples_[line.substr(prefix.size(), space - prefix.size())] =
        std::strtod(line.c_str() + space, nullptr);
  }
}

MetricsSnapshot MetricsSnapshot::Settled(const App& app) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (std::chrono::steady_clock::now() < end) {
    MetricsSnapshot snapshot(app);
    double in_flight = 0;
    for (const auto& [series, value] : snapshot.samples_) {
      if (series.starts_with(kInFlight)) in_flight += value;
    }
    if (in_flight == 0) return snapshot;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  throw std::runtime_error(
      "hawkmount::testing::MetricsSnapshot: calls are in flight for a minute: "
      "end them before, or take a snapshot with them");
}

double MetricsSnapshot::Value(const std::string& series) const {
  const auto found = samples_.find(series);
  return found == samples_.end() ? 0 : found->second;
}

int64_t MetricsSnapshot::Count(
    const std::string& name,
    const Method& method,
    const std::string& labels) const {
  return static_cast<int64_t>(Value(
      name + "{method=\"" + std::string(method.path) + "\"" + labels + "}"));
}

int64_t MetricsSnapshot::Started(const Method& method) const {
  return Count("requests_started_total", method);
}

int64_t MetricsSnapshot::Handled(const Method& method) const {
  int64_t all = 0;
  for (size_t code = 0; code < codegen::kStatusCodes; ++code) {
    all += Handled(method, static_cast<absl::StatusCode>(code));
  }
  return all;
}

int64_t MetricsSnapshot::Handled(
    const Method& method, absl::StatusCode code) const {
  return Count(
      "requests_total",
      method,
      ",code=\"" + std::string(observe::CodeName(code)) + "\"");
}

int64_t MetricsSnapshot::InFlight(const Method& method) const {
  return Count("requests_in_flight", method);
}

int64_t MetricsSnapshot::Exceptions(const Method& method) const {
  return Count("exceptions_total", method);
}

int64_t MetricsSnapshot::Timeouts(const Method& method) const {
  return Count("timeouts_total", method);
}

int64_t MetricsSnapshot::Rejected(
    const Method& method, Rejection reason) const {
  return Count(
      "requests_rejected_total",
      method,
      ",reason=\"" +
          std::string(observe::kRejectionNames[static_cast<size_t>(reason)]) +
          "\"");
}

int64_t MetricsSnapshot::MessagesReceived(const Method& method) const {
  return Count("messages_received_total", method);
}

int64_t MetricsSnapshot::MessagesSent(const Method& method) const {
  return Count("messages_sent_total", method);
}

MetricsSnapshot operator-(
    MetricsSnapshot after, const MetricsSnapshot& before) {
  for (const auto& [series, value] : before.samples_) {
    after.samples_[series] -= value;
  }
  return after;
}

}  // namespace hawkmount::testing
