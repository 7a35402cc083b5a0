#include "observe/metrics.h"

#include <array>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "observe/codes.h"

namespace hawkmount::observe {
namespace {

using codegen::MethodCells;

// The sum of some cells, read so that no call is seen as ended that is not
// seen as started.
struct Totals {
  explicit Totals(const std::vector<const MethodCells*>& all) {
    for (const MethodCells* cells : all) {
      for (size_t i = 0; i < handled.size(); ++i) {
        handled[i] += cells->handled[i].ReadAcquire();
      }
    }
    for (const uint64_t count : handled) ended += count;
    for (const MethodCells* cells : all) {
      started += cells->started.Read();
      for (size_t i = 0; i < latency.size(); ++i) {
        latency[i] += cells->latency[i].Read();
      }
      latency_sum += cells->latency_sum.Read();
      received += cells->received.Read();
      sent += cells->sent.Read();
      exceptions += cells->exceptions.Read();
      for (size_t i = 0; i < rejected.size(); ++i) {
        rejected[i] += cells->rejected[i].Read();
      }
    }
  }

  uint64_t started = 0;
  uint64_t ended = 0;
  std::array<uint64_t, codegen::kStatusCodes> handled{};
  std::array<uint64_t, codegen::kLatencyEdges.size() + 1> latency{};
  uint64_t latency_sum = 0;
  uint64_t received = 0;
  uint64_t sent = 0;
  uint64_t exceptions = 0;
  std::array<uint64_t, codegen::kRejections> rejected{};
};

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
  MethodKind kind;
  Totals totals;
};

void WriteCounter(
    Writer& writer,
    const std::vector<Row>& rows,
    std::string_view name,
    std::string_view help,
    uint64_t Totals::*count) {
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

void WriteLatency(Writer& writer, const std::vector<Row>& rows) {
  writer.Family(
      "request_duration_seconds",
      "histogram",
      "From a call's arrival to the end of its handler.");
  for (const Row& row : rows) {
    uint64_t count = 0;
    for (size_t i = 0; i < row.totals.latency.size(); ++i) {
      count += row.totals.latency[i];
      const std::string edge = i < codegen::kLatencyEdges.size()
                                   ? Seconds(codegen::kLatencyEdges[i])
                                   : "+Inf";
      writer.Sample(
          "_bucket",
          absl::StrCat(row.method, ",", Label("le", edge)),
          absl::StrCat(count));
    }
    writer.Sample("_sum", row.method, Seconds(row.totals.latency_sum));
    writer.Sample("_count", row.method, absl::StrCat(count));
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
        absl::StrCat(row.method, ",", Label("type", ToString(row.kind))),
        uint64_t{1});
  }
}

}  // namespace

Metrics& Metrics::Clients() {
  static Metrics& clients = *new Metrics(Side::kClient);
  return clients;
}

MethodCells& Metrics::AddCells(const Method& method) {
  std::lock_guard lock(mutex_);
  MethodCells& cells = cells_.emplace_back();
  Series& series = by_method_[std::string(method.path)];
  series.kind = method.kind;
  series.cells.push_back(&cells);
  return cells;
}

std::string Metrics::Text() const {
  std::vector<Row> rows;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [path, series] : by_method_) {
      rows.push_back(
          {Label("method", path), series.kind, Totals(series.cells)});
    }
  }
  if (rows.empty()) return "";
  const bool server = side_ == Side::kServer;
  Writer writer(server ? "hawkapi_grpc_" : "hawkapi_grpc_client_");
  WriteRequests(writer, rows);
  WriteCounter(
      writer,
      rows,
      "requests_started_total",
      "Calls that arrived or were made.",
      &Totals::started);
  WriteInFlight(writer, rows);
  WriteLatency(writer, rows);
  WriteCounter(
      writer,
      rows,
      "messages_received_total",
      "Messages received.",
      &Totals::received);
  WriteCounter(
      writer, rows, "messages_sent_total", "Messages sent.", &Totals::sent);
  if (server) {
    WriteCounter(
        writer,
        rows,
        "exceptions_total",
        "Exceptions that left a handler.",
        &Totals::exceptions);
    WriteRejected(writer, rows);
    WriteMethodInfo(writer, rows);
  }
  return writer.Take();
}

}  // namespace hawkmount::observe
