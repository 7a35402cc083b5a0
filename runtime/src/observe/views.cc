#include <algorithm>

#include "observe/buckets.h"
#include "observe/codes.h"
#include "observe/exposition.h"

namespace hawkmount::observe {
namespace {

// As go-grpc-middleware spells them.
constexpr std::array<std::string_view, codegen::kStatusCodes> kGoCodeNames = {
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated"};

// What writing a family takes: where to, of what, and by which labels.
struct Sheet {
  TextWriter& writer;
  const std::string& prefix;
  const MetricsRows& rows;
  std::string MethodLabels::*labels;

  void Counter(
      std::string_view name,
      std::string_view help,
      uint64_t MethodSnapshot::*count) const {
    writer.Begin(prefix, name, FamilyType::kCounter, help);
    for (const MetricsRow& row : rows) {
      writer.Sample(row.labels.*labels, {}, row.counts.*count);
    }
  }

  void ByCode(
      std::string_view name,
      std::string_view help,
      std::string_view label,
      const std::array<std::string_view, codegen::kStatusCodes>& names) const {
    std::array<std::string, codegen::kStatusCodes> codes;
    for (size_t i = 0; i < codes.size(); ++i) {
      codes[i] = "," + Label(label, names[i]);
    }
    writer.Begin(prefix, name, FamilyType::kCounter, help);
    for (const MetricsRow& row : rows) {
      for (size_t i = 0; i < codes.size(); ++i) {
        const uint64_t count = row.counts.handled[i];
        if (i != 0 && count == 0) continue;
        writer.Sample(row.labels.*labels, codes[i], count);
      }
    }
  }

  void Histogram(
      const MetricsRow& row,
      const std::vector<ViewBucket>& buckets,
      const Durations& durations) const {
    WriteHistogram(writer, row.labels.*labels, buckets, durations);
  }

  void Latency(
      std::string_view name,
      std::string_view help,
      const std::vector<ViewBucket>& buckets) const {
    writer.Begin(prefix, name, FamilyType::kHistogram, help);
    for (const MetricsRow& row : rows) {
      WriteHistogram(
          writer,
          row.labels.*labels,
          buckets,
          row.counts.latency,
          row.counts.exemplars);
    }
  }
};

bool StreamsResponses(MethodKind kind) {
  return kind == MethodKind::kServerStream || kind == MethodKind::kBidiStream;
}

void WriteFirstResponse(
    const Sheet& sheet, const std::vector<ViewBucket>& buckets) {
  const auto streams = [](const MetricsRow& row) {
    return StreamsResponses(row.counts.kind);
  };
  if (std::none_of(sheet.rows.begin(), sheet.rows.end(), streams)) return;
  sheet.writer.Begin(
      sheet.prefix,
      "first_response_seconds",
      FamilyType::kHistogram,
      "From a call's arrival to the first message of its response stream.");
  for (const MetricsRow& row : sheet.rows) {
    if (streams(row)) sheet.Histogram(row, buckets, row.counts.first_response);
  }
}

void WriteRejected(const Sheet& sheet) {
  sheet.writer.Begin(
      sheet.prefix,
      "requests_rejected",
      FamilyType::kCounter,
      "Calls that the server refused, mostly before their handler saw them.");
  for (const MetricsRow& row : sheet.rows) {
    for (size_t i = 1; i < kRejectionNames.size(); ++i) {
      sheet.writer.Sample(
          row.labels.plain,
          "," + Label("reason", kRejectionNames[i]),
          row.counts.rejected[i]);
    }
  }
}

void WriteMethodInfo(const Sheet& sheet) {
  sheet.writer.Begin(
      sheet.prefix, "method", FamilyType::kInfo, "What kind of method it is.");
  for (const MetricsRow& row : sheet.rows) {
    sheet.writer.Sample(
        row.labels.plain, "," + Label("type", ToString(row.counts.kind)), 1);
  }
}

}  // namespace

void WriteDefaultView(
    TextWriter& writer,
    const std::string& prefix,
    Side side,
    const MetricsRows& rows) {
  const bool server = side == Side::kServer;
  const std::string begin = prefix + (server ? "_grpc_" : "_grpc_client_");
  const Sheet sheet{writer, begin, rows, &MethodLabels::plain};
  const auto buckets = DefaultBuckets(writer.format());
  sheet.ByCode(
      "requests", "Calls that ended, by status code.", "code", kCodeNames);
  sheet.Counter(
      "requests_started",
      "Calls that arrived or were made.",
      &MethodSnapshot::started);
  writer.Begin(
      begin,
      "requests_in_flight",
      FamilyType::kGauge,
      "Calls begun and not ended.");
  for (const MetricsRow& row : rows) {
    writer.Sample(row.labels.plain, {}, row.counts.in_flight());
  }
  sheet.Latency(
      "request_duration_seconds",
      "From a call's arrival to the end of its handler.",
      buckets);
  sheet.Counter(
      "messages_received", "Messages received.", &MethodSnapshot::received);
  sheet.Counter("messages_sent", "Messages sent.", &MethodSnapshot::sent);
  if (!server) return;
  sheet.Counter(
      "received_bytes",
      "Bytes of messages received, serialized and not compressed.",
      &MethodSnapshot::received_bytes);
  sheet.Counter(
      "sent_bytes",
      "Bytes of messages sent, serialized and not compressed.",
      &MethodSnapshot::sent_bytes);
  WriteFirstResponse(sheet, buckets);
  sheet.Counter(
      "exceptions",
      "Exceptions that left a handler.",
      &MethodSnapshot::exceptions);
  sheet.Counter(
      "timeouts",
      "Calls ended at their method's timeout.",
      &MethodSnapshot::timeouts);
  sheet.Counter(
      "late_results",
      "Results of handlers that came too late, and were dropped.",
      &MethodSnapshot::late_results);
  WriteRejected(sheet);
  WriteMethodInfo(sheet);
}

void WriteEcosystemView(
    TextWriter& writer, Side side, const MetricsRows& rows) {
  const std::string begin =
      side == Side::kServer ? "grpc_server_" : "grpc_client_";
  const Sheet sheet{writer, begin, rows, &MethodLabels::ecosystem};
  sheet.Counter("started", "Calls that began.", &MethodSnapshot::started);
  sheet.ByCode(
      "handled", "Calls that ended, by code.", "grpc_code", kGoCodeNames);
  sheet.Counter(
      "msg_received", "Messages received.", &MethodSnapshot::received);
  sheet.Counter("msg_sent", "Messages sent.", &MethodSnapshot::sent);
  sheet.Latency(
      "handling_seconds",
      "From the beginning of a call to its end.",
      GoBuckets(writer.format()));
}

void WriteOtelView(TextWriter& writer, Side side, const MetricsRows& rows) {
  const bool server = side == Side::kServer;
  const std::string begin = server ? "grpc_server_call_" : "grpc_client_call_";
  const Sheet sheet{writer, begin, rows, &MethodLabels::otel};
  // A66 has it of a client's attempts only, which are not seen from here.
  if (server) {
    sheet.Counter("started", "Calls that began.", &MethodSnapshot::started);
  }
  const auto buckets = A66Buckets(writer.format());
  writer.Begin(
      begin,
      "duration_seconds",
      FamilyType::kHistogram,
      "From the beginning of a call to its end.");
  for (const MetricsRow& row : rows) {
    const auto write = [&](size_t code, const Durations& durations) {
      WriteHistogram(
          writer,
          row.labels.otel + "," + Label("grpc_status", kCodeNames[code]),
          buckets,
          durations,
          row.counts.exemplars,
          code);
    };
    write(0, row.counts.Succeeded());
    for (const auto& [code, durations] : row.counts.failed) {
      write(code, durations);
    }
  }
}

}  // namespace hawkmount::observe
