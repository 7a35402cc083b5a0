#include "observe/buckets.h"
#include "observe/exposition.h"

namespace hawkmount::observe {

namespace {

void WriteServers(
    TextWriter& writer,
    const std::string& prefix,
    const std::vector<ServerSnapshot>& servers) {
  const auto family = [&](std::string_view name,
                          FamilyType type,
                          std::string_view help,
                          uint64_t ServerSnapshot::*count) {
    writer.Begin(prefix, name, type, help);
    for (const ServerSnapshot& server : servers) {
      writer.Sample(Label("server", server.address), {}, server.*count);
    }
  };
  family(
      "connections",
      FamilyType::kGauge,
      "Open connections.",
      &ServerSnapshot::connections);
  family(
      "connections_accepted",
      FamilyType::kCounter,
      "Connections accepted.",
      &ServerSnapshot::connections_accepted);
  family(
      "connections_refused",
      FamilyType::kCounter,
      "Connections over max_connections.",
      &ServerSnapshot::connections_refused);
  family(
      "accept_errors",
      FamilyType::kCounter,
      "Connections that could not be accepted.",
      &ServerSnapshot::accept_errors);
  writer.Begin(
      prefix,
      "tls_certificate_end_timestamp_seconds",
      FamilyType::kGauge,
      "When the certificate in force ends.");
  for (const ServerSnapshot& server : servers) {
    if (!server.certificate_ends.has_value()) continue;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
        server.certificate_ends->time_since_epoch());
    writer.Sample(
        Label("server", server.address),
        {},
        static_cast<uint64_t>(seconds.count()));
  }
}

}  // namespace

void WriteEngine(
    TextWriter& writer, const std::string& prefix, const MetricsPage& page) {
  if (!page.engine.has_value()) return;
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
      page.engine->workers);
  one("worker_queue_depth",
      FamilyType::kGauge,
      "Calls that wait for a worker.",
      page.engine->workers_queue_depth);
  writer.Begin(
      begin,
      "worker_queue_wait_seconds",
      FamilyType::kHistogram,
      "From the arrival of a call to its worker.");
  WriteHistogram(
      writer,
      {},
      DefaultBuckets(writer.format(), ""),
      page.engine->worker_queue_wait);
  writer.Begin(
      begin,
      "event_thread_lag_seconds",
      FamilyType::kGauge,
      "How late an event thread was when it was last asked for something.");
  for (size_t i = 0; i < page.engine->event_thread_lag.size(); ++i) {
    writer.Seconds(
        Label("thread", std::to_string(i)),
        static_cast<uint64_t>(page.engine->event_thread_lag[i].count()));
  }
  WriteServers(writer, begin, page.engine->servers);
  one("log_records_dropped",
      FamilyType::kCounter,
      "Log records that found no room.",
      page.engine->log_records_dropped);
  one("log_records_failed",
      FamilyType::kCounter,
      "Log records that could not be written.",
      page.engine->log_records_failed);
}

}  // namespace hawkmount::observe
