#include "observe/snapshot.h"

namespace hawkmount::observe {
namespace {

template <size_t kSize>
void Add(
    const std::array<uint64_t, kSize>& from, std::array<uint64_t, kSize>& to) {
  for (size_t i = 0; i < kSize; ++i) to[i] += from[i];
}

void Add(const Durations& from, Durations& to) {
  Add(from.cells, to.cells);
  to.sum += from.sum;
}

}  // namespace

void Add(const MethodSnapshot& from, MethodSnapshot& to) {
  to.started += from.started;
  to.ended += from.ended;
  Add(from.handled, to.handled);
  Add(from.latency, to.latency);
  for (const auto& [code, durations] : from.failed) {
    Add(durations, to.failed[code]);
  }
  Add(from.first_response, to.first_response);
  to.received += from.received;
  to.received_bytes += from.received_bytes;
  to.sent += from.sent;
  to.sent_bytes += from.sent_bytes;
  to.exceptions += from.exceptions;
  to.timeouts += from.timeouts;
  to.late_results += from.late_results;
  Add(from.rejected, to.rejected);
}

}  // namespace hawkmount::observe
