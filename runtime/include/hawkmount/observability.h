#ifndef HAWKMOUNT_OBSERVABILITY_H_
#define HAWKMOUNT_OBSERVABILITY_H_

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace spdlog {
class logger;
}  // namespace spdlog

namespace prometheus {
class Collectable;
}  // namespace prometheus

namespace hawkmount {

// What metrics are called. They are counted once, whatever they are called.
enum class MetricsView : unsigned char {
  // hawkapi_grpc_requests_total{method,code} and its like.
  kDefault,
  // grpc_server_handled_total{grpc_service,...}, as go-grpc-middleware has it.
  kGrpcEcosystem,
  // grpc_server_call_duration_seconds{grpc_method}, as gRPC's own OpenTelemetry
  // plugin has it (gRFC A66) behind a Prometheus exporter; durations are not
  // counted by status, so that there is no grpc_status.
  kOtel,
};

struct MetricsOptions {
  // Begins the names of the default view, and of what the engine tells in any
  // view: letters, digits, _ and :, no digit first.
  std::string prefix = "hawkapi";
  // One or more, each once, on one page.
  std::vector<MetricsView> views{MetricsView::kDefault};
  // Metrics of your own for the same page: a prometheus::Registry, or anything
  // else that prometheus-cpp can collect from. Collected at each scrape, by any
  // thread, several at once. One that throws is left out, and so is a metric
  // whose name the page has already; the log says so once.
  std::vector<std::shared_ptr<prometheus::Collectable>> others{};
  // Whether OpenMetrics pages name a call as the example of each latency
  // bucket: of the calls that are logged.
  bool exemplars = true;
};

enum class LogFormat : unsigned char {
  // An object a line.
  kJson,
  // For people: time, level, and key=value pairs.
  kText,
};

// The two records of each call. What the app itself logs is not concerned.
struct LogOptions {
  LogFormat format = LogFormat::kJson;
  // The share of calls that are logged, 0 to 1. Calls that end with an error
  // of the server's, or are slow, always log their end. A schema's
  // `log_sampling` counts more.
  double sample = 1;
  // The same for single methods, by path: "/acme.greeter.v1.Greeter/SayHello".
  // It counts more than both.
  std::map<std::string, double> sample_by_method{};
  // Calls that take longer are slow. 0: none is.
  std::chrono::milliseconds slow{0};
  // How much each event thread may hold that is not written yet. Records
  // beyond are dropped and counted.
  size_t buffer_bytes = 1 << 20;
};

struct RequestIdOptions {
  // Whether a valid x-request-id of the caller's is kept. False where callers
  // are strangers.
  bool trust_incoming = true;
  // Whether ids of our own are sent back, too; it costs 6 % of a call.
  bool echo_generated = false;
  // Whether an error that has details tells the id as well, in a RequestInfo,
  // unless it has one.
  bool in_error_details = false;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_OBSERVABILITY_H_
