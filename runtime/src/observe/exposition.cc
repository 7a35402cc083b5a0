#include "observe/exposition.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "observe/codes.h"

namespace hawkmount::observe {
namespace {

// Writes one family after another. Method paths come from schemas, which hold
// nothing that Prometheus would want escaped.
class Writer {
 public:
  explicit Writer(std::string prefix) : prefix_(std::move(prefix)) {}

  void Family(
      std::string_view name, std::string_view type, std::string_view help) {
    name_ = absl::StrCat(prefix_, std::string(name));
    absl::StrAppend(
        &text_,
        "# HELP ",
        name_,
        " ",
        std::string(help),
        "\n# TYPE ",
        name_,
        " ",
        std::string(type),
        "\n");
  }

  void Sample(
      std::string_view suffix,
      std::string_view labels,
      std::string_view value) {
    absl::StrAppend(&text_, name_, std::string(suffix));
    if (!labels.empty()) absl::StrAppend(&text_, "{", std::string(labels), "}");
    absl::StrAppend(&text_, " ", std::string(value), "\n");
  }
  void Sample(std::string_view labels, uint64_t value) {
    Sample("", labels, absl::StrCat(value));
  }

  std::string Take() { return std::move(text_); }

 private:
  std::string prefix_;
  std::string name_;
  std::string text_;
};

std::string Label(std::string_view name, std::string_view value) {
  return absl::StrCat(std::string(name), "=\"", std::string(value), "\"");
}

std::string Seconds(uint64_t nanoseconds) {
  return absl::StrFormat("%.15g", static_cast<double>(nanoseconds) / 1e9);
}

struct Row {
  std::string method;  // the label, ready
  const MethodSnapshot& totals;
};

void WriteCounter(
    Writer& writer,
    const std::vector<Row>& rows,
    std::string_view name,
    std::string_view help,
    uint64_t MethodSnapshot::*count) {
  writer.Family(name, "counter", help);
  for (const Row& row : rows) writer.Sample(row.method, row.totals.*count);
}

void WriteRequests(Writer& writer, const std::vector<Row>& rows) {
  writer.Family(
      "requests_total", "counter", "Calls that ended, by status code.");
  for (const Row& row : rows) {
    for (size_t code = 0; code < kCodeNames.size(); ++code) {
      if (code != 0 && row.totals.handled[code] == 0) continue;
      writer.Sample(
          absl::StrCat(row.method, ",", Label("code", kCodeNames[code])),
          row.totals.handled[code]);
    }
  }
}

void WriteInFlight(Writer& writer, const std::vector<Row>& rows) {
  writer.Family("requests_in_flight", "gauge", "Calls begun and not ended.");
  for (const Row& row : rows) {
    writer.Sample(row.method, row.totals.started - row.totals.ended);
  }
}

// The buckets, sum and count of one series.
void WriteSeries(
    Writer& writer, const std::string& labels, const Durations& durations) {
  const std::string comma = labels.empty() ? "" : ",";
  uint64_t count = 0;
  for (size_t i = 0; i < codegen::kLatencyCells; ++i) {
    count += durations.cells[i];
    const std::string edge = i + 1 < codegen::kLatencyEdges.size()
                                 ? Seconds(codegen::kLatencyEdges[i])
                                 : "+Inf";
    writer.Sample(
        "_bucket",
        absl::StrCat(labels, comma, Label("le", edge)),
        absl::StrCat(count));
  }
  writer.Sample("_sum", labels, Seconds(durations.sum));
  writer.Sample("_count", labels, absl::StrCat(count));
}

void WriteDurations(
    Writer& writer,
    std::string_view name,
    std::string_view help,
    const Durations& durations) {
  writer.Family(name, "histogram", help);
  WriteSeries(writer, "", durations);
}

void WriteLatency(Writer& writer, const std::vector<Row>& rows) {
  writer.Family(
      "request_duration_seconds",
      "histogram",
      "From a call's arrival to the end of its handler.");
  for (const Row& row : rows) {
    WriteSeries(writer, row.method, row.totals.latency);
  }
}

void WriteRejected(Writer& writer, const std::vector<Row>& rows) {
  writer.Family(
      "requests_rejected_total",
      "counter",
      "Calls that ended before their handler saw them.");
  for (const Row& row : rows) {
    for (size_t i = 1; i < kRejectionNames.size(); ++i) {
      writer.Sample(
          absl::StrCat(row.method, ",", Label("reason", kRejectionNames[i])),
          row.totals.rejected[i]);
    }
  }
}

void WriteMethodInfo(Writer& writer, const std::vector<Row>& rows) {
  writer.Family("method_info", "gauge", "What kind of method it is.");
  for (const Row& row : rows) {
    writer.Sample(
        absl::StrCat(row.method, ",", Label("type", ToString(row.totals.kind))),
        uint64_t{1});
  }
}

}  // namespace

std::string MetricsText(Side side, const std::vector<MethodSnapshot>& methods) {
  if (methods.empty()) return "";
  std::vector<Row> rows;
  for (const MethodSnapshot& method : methods) {
    rows.push_back({Label("method", method.path), method});
  }
  const bool server = side == Side::kServer;
  Writer writer(server ? "hawkapi_grpc_" : "hawkapi_grpc_client_");
  WriteRequests(writer, rows);
  WriteCounter(
      writer,
      rows,
      "requests_started_total",
      "Calls that arrived or were made.",
      &MethodSnapshot::started);
  WriteInFlight(writer, rows);
  WriteLatency(writer, rows);
  WriteCounter(
      writer,
      rows,
      "messages_received_total",
      "Messages received.",
      &MethodSnapshot::received);
  WriteCounter(
      writer,
      rows,
      "messages_sent_total",
      "Messages sent.",
      &MethodSnapshot::sent);
  if (server) {
    WriteCounter(
        writer,
        rows,
        "exceptions_total",
        "Exceptions that left a handler.",
        &MethodSnapshot::exceptions);
    WriteCounter(
        writer,
        rows,
        "timeouts_total",
        "Calls answered at their method's timeout.",
        &MethodSnapshot::timeouts);
    WriteCounter(
        writer,
        rows,
        "late_results_total",
        "Results of handlers that came too late, and were dropped.",
        &MethodSnapshot::late_results);
    WriteRejected(writer, rows);
    WriteMethodInfo(writer, rows);
  }
  return writer.Take();
}

std::string EngineText(
    const EngineSnapshot& engine,
    const std::string& version,
    const std::string& grpc_version) {
  Writer writer("hawkapi_grpc_");
  writer.Family("build_info", "gauge", "What this server is built of.");
  writer.Sample(
      absl::StrCat(
          Label("version", version), ",", Label("grpc_version", grpc_version)),
      uint64_t{1});
  const auto one = [&](std::string_view name,
                       std::string_view type,
                       std::string_view help,
                       uint64_t value) {
    writer.Family(name, type, help);
    writer.Sample("", value);
  };
  one("workers", "gauge", "Threads for blocking handlers.", engine.workers);
  one("worker_queue_depth",
      "gauge",
      "Calls that wait for a worker.",
      engine.workers_queue_depth);
  WriteDurations(
      writer,
      "worker_queue_wait_seconds",
      "From the arrival of a call to its worker.",
      engine.worker_queue_wait);
  writer.Family(
      "event_thread_lag_seconds",
      "gauge",
      "How late an event thread was when it was last asked for something.");
  for (size_t i = 0; i < engine.event_thread_lag.size(); ++i) {
    writer.Sample(
        "",
        Label("thread", absl::StrCat(i)),
        Seconds(static_cast<uint64_t>(engine.event_thread_lag[i].count())));
  }
  one("log_records_dropped_total",
      "counter",
      "Log records that found no room.",
      engine.log_records_dropped);
  one("log_records_failed_total",
      "counter",
      "Log records that could not be written.",
      engine.log_records_failed);
  return writer.Take();
}

}  // namespace hawkmount::observe
