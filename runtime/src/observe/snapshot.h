#ifndef HAWKMOUNT_OBSERVE_SNAPSHOT_H_
#define HAWKMOUNT_OBSERVE_SNAPSHOT_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hawkmount/codegen/cells.h"
#include "hawkmount/method.h"

namespace hawkmount::observe {

// Who made a call that was counted.
enum class Side : unsigned char { kServer, kClient };

// Durations by cell, not cumulative: cell i holds those up to kLatencyEdges[i].
struct Durations {
  std::array<uint64_t, codegen::kLatencyCells> cells{};
  uint64_t sum = 0;  // nanoseconds

  uint64_t Count() const {
    uint64_t count = 0;
    for (const uint64_t cell : cells) count += cell;
    return count;
  }
};

// One call, as an example of those in its latency cell.
struct Exemplar {
  uint64_t duration = 0;  // nanoseconds
  std::chrono::system_clock::time_point time;
  size_t code = 0;         // that it came to
  std::string request_id;  // empty: there is no example
  std::string trace_id;    // 32 hex digits, or empty
  std::string span_id;     // 16 hex digits, or empty
};

// What was counted of one method, by all who count. No call is in `handled`
// that is not in `started`.
struct MethodSnapshot {
  std::string path;  // "/acme.greeter.v1.Greeter/SayHello", or "other"
  MethodKind kind = MethodKind::kUnary;
  uint64_t started = 0;
  uint64_t ended = 0;  // the sum of handled
  std::array<uint64_t, codegen::kStatusCodes> handled{};
  Durations latency;  // of all that ended
  // Of those that came to an error, by code; empty where none did.
  std::map<size_t, Durations> failed;
  Durations first_response;
  uint64_t received = 0;
  uint64_t received_bytes = 0;
  uint64_t sent = 0;
  uint64_t sent_bytes = 0;
  uint64_t exceptions = 0;
  uint64_t timeouts = 0;
  uint64_t late_results = 0;
  std::array<uint64_t, codegen::kRejections> rejected{};
  // A cell each, or empty when there are none at all.
  std::vector<Exemplar> exemplars;

  uint64_t in_flight() const { return started - ended; }
  // Of the calls that came to OK. A call that fails while it is read may be
  // missing in `latency` yet: it takes nothing from the others.
  Durations Succeeded() const;
};

// Of the same method, counted elsewhere. Examples are not taken over.
void Add(const MethodSnapshot& from, MethodSnapshot& to);

// A server of an app.
struct ServerSnapshot {
  std::string address;  // as asked for; numbered if others were, too
  // Of all its starts, but for those that are open.
  uint64_t connections = 0;
  uint64_t connections_accepted = 0;
  uint64_t connections_refused = 0;  // over the cap
  uint64_t accept_errors = 0;
  // Without TLS out of files: nothing.
  std::optional<std::chrono::system_clock::time_point> certificate_ends;
};

// What an app's engine says of itself.
struct EngineSnapshot {
  std::vector<ServerSnapshot> servers;
  uint64_t workers = 0;
  uint64_t workers_queue_depth = 0;
  // How late each event thread was when it was last asked for something.
  std::vector<std::chrono::nanoseconds> event_thread_lag;
  // From the arrival of a call with a blocking handler to its worker.
  Durations worker_queue_wait;
  uint64_t log_records_dropped = 0;  // a ring was full
  uint64_t log_records_failed = 0;   // a sink failed
  uint64_t log_records_written = 0;
};

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_SNAPSHOT_H_
