#include <algorithm>
#include <charconv>

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

// A view's upper edges in microseconds; each is one of kLatencyEdges.
constexpr std::array<uint64_t, 19> kDefaultEdges = {
    100,
    250,
    500,
    1'000,
    2'500,
    5'000,
    10'000,
    25'000,
    50'000,
    75'000,
    100'000,
    250'000,
    500'000,
    750'000,
    1000'000,
    2500'000,
    5000'000,
    7500'000,
    10'000'000};
constexpr std::array<uint64_t, 11> kGoEdges = {
    5'000,
    10'000,
    25'000,
    50'000,
    100'000,
    250'000,
    500'000,
    1000'000,
    2500'000,
    5000'000,
    10'000'000};
constexpr std::array<uint64_t, 40> kA66Edges = {
    10,         50,         100,        300,        600,      800,
    1'000,      2'000,      3'000,      4'000,      5'000,    6'000,
    8'000,      10'000,     13'000,     16'000,     20'000,   25'000,
    30'000,     40'000,     50'000,     65'000,     80'000,   100'000,
    130'000,    160'000,    200'000,    250'000,    300'000,  400'000,
    500'000,    650'000,    800'000,    1000'000,   2000'000, 5000'000,
    10'000'000, 20'000'000, 50'000'000, 100'000'000};

template <size_t n>
constexpr bool AreLatencyEdges(const std::array<uint64_t, n>& edges) {
  return std::all_of(edges.begin(), edges.end(), [](uint64_t edge) {
    return std::find(
               codegen::kLatencyEdges.begin(),
               codegen::kLatencyEdges.end(),
               edge * 1000) != codegen::kLatencyEdges.end();
  });
}
static_assert(AreLatencyEdges(kDefaultEdges));
static_assert(AreLatencyEdges(kGoEdges));
static_assert(AreLatencyEdges(kA66Edges));

// One bucket of a view: the cells before `end` that no bucket before has.
struct ViewBucket {
  size_t end;
  std::string le;
};

// OpenMetrics writes whole numbers with a point, Prometheus' text does not.
std::string Edge(uint64_t microseconds, TextFormat format) {
  std::array<char, 32> digits{};
  const auto written = std::to_chars(
      digits.data(),
      digits.data() + digits.size(),
      static_cast<double>(microseconds) / 1e6,
      std::chars_format::fixed);
  std::string edge(digits.data(), written.ptr);
  if (format == TextFormat::kOpenMetrics &&
      edge.find('.') == std::string::npos) {
    edge += ".0";
  }
  return edge;
}

template <size_t n>
std::vector<ViewBucket> Buckets(
    const std::array<uint64_t, n>& edges, TextFormat format) {
  std::vector<ViewBucket> buckets;
  size_t cell = 0;
  for (const uint64_t edge : edges) {
    while (codegen::kLatencyEdges[cell] != edge * 1000) ++cell;
    buckets.push_back({cell + 1, "," + Label("le", Edge(edge, format))});
  }
  buckets.push_back({codegen::kLatencyCells, "," + Label("le", "+Inf")});
  return buckets;
}

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
    const std::string& method = row.labels.*labels;
    uint64_t count = 0;
    size_t cell = 0;
    for (const ViewBucket& bucket : buckets) {
      for (; cell < bucket.end; ++cell) count += durations.cells[cell];
      writer.Bucket(method, bucket.le, count);
    }
    writer.Sum(method, durations.sum);
    writer.Count(method, count);
  }

  void Latency(
      std::string_view name,
      std::string_view help,
      const std::vector<ViewBucket>& buckets) const {
    writer.Begin(prefix, name, FamilyType::kHistogram, help);
    for (const MetricsRow& row : rows) {
      Histogram(row, buckets, row.counts.latency);
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
      "Calls that ended before their handler saw them.");
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
  const auto buckets = Buckets(kDefaultEdges, writer.format());
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
      Buckets(kGoEdges, writer.format()));
}

void WriteOtelView(TextWriter& writer, Side side, const MetricsRows& rows) {
  const bool server = side == Side::kServer;
  const std::string begin = server ? "grpc_server_call_" : "grpc_client_call_";
  const Sheet sheet{writer, begin, rows, &MethodLabels::otel};
  // A66 has it of a client's attempts only, which are not seen from here.
  if (server) {
    sheet.Counter("started", "Calls that began.", &MethodSnapshot::started);
  }
  sheet.Latency(
      "duration_seconds",
      "From the beginning of a call to its end.",
      Buckets(kA66Edges, writer.format()));
}

void WriteEngine(
    TextWriter& writer, const std::string& prefix, const MetricsPage& page) {
  const std::string begin = prefix + "_grpc_";
  writer.Begin(
      begin, "build", FamilyType::kInfo, "What this server is built of.");
  writer.Sample(
      Label("version", page.version),
      "," + Label("grpc_version", page.grpc_version),
      1);
  const auto one = [&](std::string_view name,
                       FamilyType type,
                       std::string_view help,
                       uint64_t value) {
    writer.Begin(begin, name, type, help);
    writer.Sample({}, {}, value);
  };
  one("workers",
      FamilyType::kGauge,
      "Threads for blocking handlers.",
      page.engine.workers);
  one("worker_queue_depth",
      FamilyType::kGauge,
      "Calls that wait for a worker.",
      page.engine.workers_queue_depth);
  one("log_records_dropped",
      FamilyType::kCounter,
      "Log records that found no room.",
      page.engine.log_records_dropped);
  one("log_records_failed",
      FamilyType::kCounter,
      "Log records that could not be written.",
      page.engine.log_records_failed);
}

}  // namespace hawkmount::observe
