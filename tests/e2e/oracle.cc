#include "oracle.h"

#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <thread>

namespace e2e {
namespace {

constexpr const char* kCodes[] = {
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED"};

// Codes with which a client may have ended a call that its server saw end in
// another way, or never saw.
bool Ambiguous(size_t code) {
  const auto canonical = static_cast<absl::StatusCode>(code);
  return canonical == absl::StatusCode::kCancelled ||
         canonical == absl::StatusCode::kDeadlineExceeded ||
         canonical == absl::StatusCode::kUnavailable;
}

std::map<std::string, double> SamplesIn(const std::string& page) {
  std::map<std::string, double> samples;
  std::istringstream text(page);
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with('#')) continue;
    const size_t space = line.rfind(' ');
    samples[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return samples;
}

}  // namespace

std::string MethodLabel(const std::string& name) {
  if (name.starts_with('/')) return "method=\"" + name + "\"";
  return "method=\"/acme.greeter.v1.Greeter/" + name + "\"";
}

double Sample(const hawkmount::App& app, const std::string& series) {
  const auto samples = SamplesIn(app.MetricsText());
  const auto found = samples.find(series);
  return found == samples.end() ? 0 : found->second;
}

void CheckTruth(
    const hawkmount::App& app,
    const Ledger& ledger,
    const std::vector<std::string>& methods) {
  CheckTruth([&app] { return app.MetricsText(); }, ledger, methods);
}

void CheckTruth(
    const std::function<std::string()>& page,
    const Ledger& ledger,
    const std::vector<std::string>& methods) {
  std::map<std::string, double> samples;
  const auto value = [&](const std::string& series) {
    const auto found = samples.find(series);
    return found == samples.end() ? 0.0 : found->second;
  };
  const auto in_flight = [&] {
    double all = 0;
    for (const std::string& method : methods) {
      all +=
          value("hawkapi_grpc_requests_in_flight{" + MethodLabel(method) + "}");
    }
    return all;
  };
  // One reading that is balanced: a call that its caller gave up may come to
  // the server after it.
  samples = SamplesIn(page());
  for (int i = 0; i < 6000 && in_flight() > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    samples = SamplesIn(page());
  }
  ASSERT_EQ(in_flight(), 0);

  for (const std::string& method : methods) {
    SCOPED_TRACE(method);
    const auto counts = ledger.calls();
    const auto found = counts.find(method);
    const std::array<uint64_t, 17> none{};
    const auto& client = found == counts.end() ? none : found->second;
    double ambiguous = 0;
    for (size_t code = 0; code < client.size(); ++code) {
      if (Ambiguous(code)) ambiguous += static_cast<double>(client[code]);
    }
    double handled = 0;
    for (size_t code = 0; code < client.size(); ++code) {
      const double server = value(
          "hawkapi_grpc_requests_total{" + MethodLabel(method) + ",code=\"" +
          kCodes[code] + "\"}");
      handled += server;
      SCOPED_TRACE(kCodes[code]);
      if (Ambiguous(code)) {
        EXPECT_LE(server, ambiguous);
      } else {
        EXPECT_GE(server, static_cast<double>(client[code]));
        EXPECT_LE(server, static_cast<double>(client[code]) + ambiguous);
      }
    }
    EXPECT_EQ(
        value(
            "hawkapi_grpc_requests_started_total{" + MethodLabel(method) + "}"),
        handled);
    EXPECT_EQ(
        value(
            "hawkapi_grpc_request_duration_seconds_count{" +
            MethodLabel(method) + "}"),
        handled);
  }
}

}  // namespace e2e
