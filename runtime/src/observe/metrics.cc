#include "observe/metrics.h"

#include <algorithm>

namespace hawkmount {

namespace codegen {

MethodCells::~MethodCells() {
  for (const auto& cells : failed) delete cells.load();
}

DurationCells& MethodCells::FailedWith(size_t code) {
  DurationCells* cells = failed[code].load(std::memory_order_acquire);
  if (cells != nullptr) return *cells;
  auto* made = new DurationCells;
  if (failed[code].compare_exchange_strong(cells, made)) return *made;
  delete made;  // another writer was first
  return *cells;
}

}  // namespace codegen

namespace observe {

using codegen::Cell;
using codegen::DurationCells;
using codegen::MethodCells;

namespace {

template <size_t n>
void Sum(const std::array<Cell, n>& cells, std::array<uint64_t, n>& to) {
  for (size_t i = 0; i < n; ++i) to[i] += cells[i].ReadAcquire();
}

}  // namespace

void Sum(const DurationCells& from, Durations& to) {
  Sum(from.cells, to.cells);
  to.sum += from.sum.Read();
}

namespace {

// Ends are read before starts, and with acquire: who sees a call's end sees its
// start.
void Sum(const std::vector<const MethodCells*>& all, MethodSnapshot& to) {
  for (const MethodCells* cells : all) {
    for (size_t i = 0; i < to.handled.size(); ++i) {
      to.handled[i] += cells->handled[i].ReadAcquire();
    }
  }
  for (const uint64_t count : to.handled) to.ended += count;
  for (const MethodCells* cells : all) {
    to.started += cells->started.Read();
    Sum(cells->latency, to.latency);
    for (size_t code = 1; code < cells->failed.size(); ++code) {
      const DurationCells* failed =
          cells->failed[code].load(std::memory_order_acquire);
      if (failed != nullptr) Sum(*failed, to.failed[code]);
    }
    Sum(cells->first_response, to.first_response);
    to.received += cells->received.Read();
    to.received_bytes += cells->received_bytes.Read();
    to.sent += cells->sent.Read();
    to.sent_bytes += cells->sent_bytes.Read();
    to.exceptions += cells->exceptions.Read();
    to.timeouts += cells->timeouts.Read();
    to.late_results += cells->late_results.Read();
    Sum(cells->rejected, to.rejected);
  }
}

// Of calls that end while they are read, the duration may be there and the end
// not yet: leaves such out until the next reading. They are among what came
// since the last one, so that no count falls.
void LeaveOutUnended(
    MethodSnapshot& snapshot,
    std::array<uint64_t, codegen::kLatencyCells>& last) {
  std::array<uint64_t, codegen::kLatencyCells>& now = snapshot.latency.cells;
  uint64_t excess = snapshot.latency.Count() - snapshot.ended;
  for (size_t i = 0; i < now.size() && excess > 0; ++i) {
    const uint64_t out = std::min(excess, now[i] - last[i]);
    now[i] -= out;
    excess -= out;
  }
  last = now;
}

}  // namespace

Durations MethodSnapshot::Succeeded() const {
  Durations rest = latency;
  const auto take = [](uint64_t& from, uint64_t what) {
    from -= std::min(from, what);
  };
  for (const auto& [code, durations] : failed) {
    for (size_t i = 0; i < rest.cells.size(); ++i) {
      take(rest.cells[i], durations.cells[i]);
    }
    take(rest.sum, durations.sum);
  }
  return rest;
}

Metrics& Metrics::Clients() {
  static Metrics& clients = *new Metrics(Side::kClient);
  return clients;
}

MethodCells& Metrics::TakeCells(const Method& method) {
  std::lock_guard lock(mutex_);
  Series& series = by_method_[std::string(method.path)];
  if (!series.parked.empty()) {
    MethodCells& cells = *series.parked.back();
    series.parked.pop_back();
    return cells;
  }
  MethodCells& cells = cells_.emplace_back();
  series.kind = method.kind;
  series.all.push_back(&cells);
  return cells;
}

void Metrics::GiveBack(const Method& method, MethodCells& cells) {
  std::lock_guard lock(mutex_);
  by_method_[std::string(method.path)].parked.push_back(&cells);
}

std::vector<MethodSnapshot> Metrics::Read() const {
  std::vector<MethodSnapshot> result;
  std::lock_guard lock(mutex_);
  result.reserve(by_method_.size());
  for (const auto& [path, series] : by_method_) {
    MethodSnapshot& snapshot = result.emplace_back();
    snapshot.path = path;
    snapshot.kind = series.kind;
    Sum(series.all, snapshot);
    LeaveOutUnended(snapshot, series.durations);
  }
  return result;
}

}  // namespace observe
}  // namespace hawkmount
