#include "app/status_json.h"

#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "app/connections.h"
#include "engine/server.h"
#include "observe/codes.h"
#include "observe/quantile.h"

namespace hawkmount::app {

std::string_view ToString(State state) {
  switch (state) {
    case State::kStarting:
      return "starting";
    case State::kServing:
      return "serving";
    case State::kDraining:
      return "draining";
  }
  return "starting";
}

namespace {

using nlohmann::json;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr size_t kMostConnections = 100;

int64_t UnixMs(system_clock::time_point time) {
  return duration_cast<milliseconds>(time.time_since_epoch()).count();
}

json LatencyJson(const observe::Durations& durations) {
  const uint64_t count = durations.Count();
  if (count == 0) return {{"count", 0}, {"cells", durations.cells}};
  const auto ms = [&](double q) {
    return observe::Quantile(durations, q) / 1e6;
  };
  return {
      {"count", count},
      {"mean_ms",
       static_cast<double>(durations.sum) / 1e6 / static_cast<double>(count)},
      {"p50_ms", ms(0.5)},
      {"p90_ms", ms(0.9)},
      {"p99_ms", ms(0.99)},
      {"cells", durations.cells}};
}

json LatelyJson(const observe::Trend& trend) {
  const double seconds = std::max(trend.seconds, 1.0);
  return {
      {"seconds", trend.seconds},
      {"rate", static_cast<double>(trend.started) / seconds},
      {"ended", trend.ended},
      {"errors", trend.errors},
      {"latency", LatencyJson(trend.latency)},
      {"rates", trend.rates}};
}

json MethodJson(
    const observe::MethodSnapshot& method, const observe::History& history) {
  json handled = json::object();
  for (size_t i = 0; i < method.handled.size(); ++i) {
    if (method.handled[i] == 0) continue;
    handled[std::string(observe::kCodeNames[i])] = method.handled[i];
  }
  json rejected = json::object();
  for (size_t i = 1; i < method.rejected.size(); ++i) {
    if (method.rejected[i] == 0) continue;
    rejected[std::string(observe::kRejectionNames[i])] = method.rejected[i];
  }
  return {
      {"path", method.path},
      {"kind", ToString(method.kind)},
      {"started", method.started},
      {"in_flight", method.in_flight()},
      {"handled", handled},
      {"errors", observe::Errors(history.side(), method)},
      {"rejected", rejected},
      {"exceptions", method.exceptions},
      {"messages_received", method.received},
      {"messages_sent", method.sent},
      {"bytes_received", method.received_bytes},
      {"bytes_sent", method.sent_bytes},
      {"latency", LatencyJson(method.latency)},
      {"lately",
       LatelyJson(history.TrendOf(method, observe::History::Clock::now()))}};
}

json MethodsJson(
    const std::vector<observe::MethodSnapshot>& methods,
    const observe::History& history) {
  json all = json::array();
  for (const observe::MethodSnapshot& method : methods) {
    all.push_back(MethodJson(method, history));
  }
  return all;
}

std::string_view ToString(Style style) {
  switch (style) {
    case kBlocking:
      return "blocking";
    case kCoroutine:
      return "coroutine";
    case kUnimplemented:
      return "unimplemented";
  }
  return "unimplemented";
}

json MountsJson(const std::vector<ServedMount>& mounts) {
  json all = json::array();
  for (const ServedMount& served : mounts) {
    const hawkmount::Mount& mount = served.planned.mount;
    json styles = json::object();
    for (size_t i = 0; i < mount.styles().size(); ++i) {
      styles[std::string(mount.service().methods[i].method->path)] =
          ToString(mount.styles()[i]);
    }
    all.push_back(
        {{"service", mount.service_name()},
         {"host", served.planned.options.host},
         {"port", served.port},
         {"observability", served.planned.options.observability},
         {"styles", styles}});
  }
  return all;
}

json ServersJson(const std::vector<ServerStatus>& servers) {
  json all = json::array();
  for (const ServerStatus& server : servers) {
    const observe::ServerSnapshot& now = server.snapshot;
    json options = json::array();
    for (const auto& [name, value] : server.options) {
      options.push_back({{"name", name}, {"value", value}});
    }
    all.push_back(
        {{"running", server.running},
         {"addresses", server.addresses},
         {"services", server.services},
         {"connections",
          {{"open", now.connections},
           {"accepted", now.connections_accepted},
           {"refused", now.connections_refused},
           {"errors", now.accept_errors},
           {"max", server.max_connections}}},
         {"certificate_ends_ms",
          now.certificate_ends.has_value() ? json(UnixMs(*now.certificate_ends))
                                           : json()},
         {"options", options}});
  }
  return all;
}

json ConfigJson(const AppOptions& options) {
  const HttpOptions& http = options.http;
  return {
      {"event_threads",
       options.event_threads != 0 ? options.event_threads
                                  : engine::DefaultEventThreads()},
      {"max_workers", options.max_workers},
      {"max_queue", options.max_queue},
      {"grace_ms", options.grace.count()},
      {"drain_delay_ms", options.drain_delay.count()},
      {"max_connection_wait_ms", options.max_connection_wait.count()},
      {"tune_process", options.tune_process},
      {"trim_memory", options.trim_memory},
      {"http.host", http.host},
      {"http.port", http.port},
      {"http.threads", http.threads},
      {"http.max_body_bytes", http.max_body_bytes},
      {"http.statusz_public", http.statusz_public}};
}

json EngineJson(const observe::EngineSnapshot& engine) {
  json lag = json::array();
  for (const auto& each : engine.event_thread_lag) {
    lag.push_back(static_cast<double>(each.count()) / 1e6);
  }
  return {
      {"workers", engine.workers},
      {"workers_queue_depth", engine.workers_queue_depth},
      {"event_thread_lag_ms", lag},
      {"log_records_dropped", engine.log_records_dropped},
      {"log_records_failed", engine.log_records_failed},
      {"log_records_written", engine.log_records_written}};
}

// Null when channelz is off.
json ConnectionsJson(const std::vector<ServedMount>& mounts) {
  std::vector<int> ports;
  for (const ServedMount& mount : mounts) ports.push_back(mount.port);
  const auto connections = ListConnections(ports, kMostConnections);
  if (!connections) return nullptr;
  json list = json::array();
  for (const Connection& each : connections->first) {
    list.push_back(
        {{"port", each.port},
         {"remote", each.remote},
         {"streams_started", each.streams_started},
         {"streams_succeeded", each.streams_succeeded},
         {"streams_failed", each.streams_failed}});
  }
  return {{"list", list}, {"more", connections->more}};
}

json CallsJson(const std::vector<observe::RecentCall>& calls) {
  json list = json::array();
  for (const observe::RecentCall& call : calls) {
    list.push_back(
        {{"time_ms", UnixMs(call.time)},
         {"method", call.method},
         {"peer", call.peer},
         {"request_id", call.request_id},
         {"trace_id", call.trace_id},
         {"code", observe::CodeName(call.code)},
         {"duration_ms", static_cast<double>(call.duration_ns) / 1e6},
         {"slow", call.slow}});
  }
  return list;
}

// The edges of the latency cells; the last cell has none.
json EdgesJson() {
  json edges = json::array();
  for (size_t i = 0; i + 1 < codegen::kLatencyCells; ++i) {
    edges.push_back(static_cast<double>(codegen::kLatencyEdges[i]) / 1e6);
  }
  return edges;
}

}  // namespace

std::string StatusJson(const StatusFacts& facts) {
  const Sources& sources = facts.sources;
  const system_clock::time_point now = system_clock::now();
  const json status = {
      {"state", ToString(facts.state)},
      {"build",
       {{"hawkmount", HAWKMOUNT_VERSION},
        {"grpc", grpc::Version()},
        {"compiler", __VERSION__}}},
      {"pid", getpid()},
      {"time_ms", UnixMs(now)},
      {"started_ms", UnixMs(facts.started)},
      {"config", ConfigJson(facts.options)},
      {"engine", EngineJson(sources.engine())},
      {"edges_ms", EdgesJson()},
      {"sample_seconds", observe::History::kEvery.count()},
      {"mounts", MountsJson(facts.mounts)},
      {"servers", ServersJson(sources.servers())},
      {"methods", MethodsJson(sources.methods(), facts.history)},
      {"clients", MethodsJson(sources.clients(), facts.client_history)},
      {"connections", ConnectionsJson(facts.mounts)},
      {"failed", CallsJson(sources.recent->Failed())},
      {"slowest", CallsJson(sources.recent->Slowest())}};
  // Peers may send what is not UTF-8.
  return status.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace hawkmount::app
