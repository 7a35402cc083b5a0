#ifndef HAWKMOUNT_CODEGEN_CELLS_H_
#define HAWKMOUNT_CODEGEN_CELLS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace hawkmount::codegen {

// A counter with one writer, which pays a plain load and store, and any number
// of readers.
class Cell {
 public:
  void Add(uint64_t n = 1) {
    value_.store(
        value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }

  // As Add; a reader that sees the new value with ReadAcquire also sees all
  // that this thread wrote before.
  void AddRelease(uint64_t n = 1) {
    value_.store(
        value_.load(std::memory_order_relaxed) + n, std::memory_order_release);
  }

  // For cells that several threads write.
  void AddShared(uint64_t n = 1) {
    value_.fetch_add(n, std::memory_order_release);
  }

  uint64_t Read() const { return value_.load(std::memory_order_relaxed); }
  uint64_t ReadAcquire() const {
    return value_.load(std::memory_order_acquire);
  }

 private:
  std::atomic<uint64_t> value_{0};
};

// The upper edges of the latency cells, in nanoseconds; a value on an edge
// belongs below it, as Prometheus' `le` says. They are the union of the edges
// of all views, so that each view's buckets are exact sums of cells.
inline constexpr std::array<uint64_t, 48> kLatencyEdges = {
    10'000,         50'000,         100'000,         250'000,
    300'000,        500'000,        600'000,         800'000,
    1'000'000,      2'000'000,      2'500'000,       3'000'000,
    4'000'000,      5'000'000,      6'000'000,       8'000'000,
    10'000'000,     13'000'000,     16'000'000,      20'000'000,
    25'000'000,     30'000'000,     40'000'000,      50'000'000,
    65'000'000,     75'000'000,     80'000'000,      100'000'000,
    130'000'000,    160'000'000,    200'000'000,     250'000'000,
    300'000'000,    400'000'000,    500'000'000,     650'000'000,
    750'000'000,    800'000'000,    1'000'000'000,   2'000'000'000,
    2'500'000'000,  5'000'000'000,  7'500'000'000,   10'000'000'000,
    20'000'000'000, 50'000'000'000, 100'000'000'000, UINT64_MAX};
inline constexpr size_t kLatencyCells = kLatencyEdges.size();

namespace internal {

// Values are cut into sixteenths of an octave, each of which holds one edge at
// the most; the table says which cell a sixteenth begins in.
inline constexpr uint64_t kFirstOctave = 13;
inline constexpr uint64_t kOctaves = 24;

constexpr size_t CountEdgesBelow(uint64_t value) {
  size_t count = 0;
  while (kLatencyEdges[count] < value) ++count;
  return count;
}

inline constexpr auto kLatencyTable = [] {
  std::array<uint8_t, kOctaves * 16> table{};
  for (size_t i = 0; i < table.size(); ++i) {
    const uint64_t first = (16 + i % 16) << (kFirstOctave - 4 + i / 16);
    table[i] = static_cast<uint8_t>(CountEdgesBelow(first));
  }
  return table;
}();

}  // namespace internal

constexpr size_t LatencyCell(uint64_t nanoseconds) {
  using namespace internal;
  // Of std::bit_width g++ 12 makes more instructions.
  const uint64_t octave =
      63 ^ static_cast<uint64_t>(__builtin_clzll(nanoseconds | 1));
  if (octave < kFirstOctave) return 0;
  if (octave >= kFirstOctave + kOctaves) return kLatencyCells - 1;
  // What is shifted is from 16 to 31.
  const size_t slot =
      octave * 16 + (nanoseconds >> (octave - 4)) - (kFirstOctave + 1) * 16;
  const size_t cell = kLatencyTable[slot];
  return cell + (nanoseconds > kLatencyEdges[cell] ? 1 : 0);
}

// Durations, counted by cell.
struct DurationCells {
  std::array<Cell, kLatencyCells> cells;
  Cell sum;  // nanoseconds

  void Add(uint64_t nanoseconds) {
    cells[LatencyCell(nanoseconds)].Add();
    sum.Add(nanoseconds);
  }
  // Who sees it with ReadAcquire also sees what this thread wrote before.
  void AddRelease(uint64_t nanoseconds) {
    cells[LatencyCell(nanoseconds)].AddRelease();
    sum.Add(nanoseconds);
  }
  void AddShared(uint64_t nanoseconds) {
    cells[LatencyCell(nanoseconds)].AddShared();
    sum.AddShared(nanoseconds);
  }
};

// Why a call was refused before its handler saw it.
enum class Rejection : unsigned char {
  kNone,
  // No worker was free and the queue for one was full.
  kQueueFull,
  // The server stopped while the call waited for a worker.
  kDraining,
  // Its deadline passed, or its caller left, while it waited for a worker.
  kExpiredInQueue,
  // The request did not parse.
  kBadRequest,
  // The server had as many calls in flight as it may.
  kMaxConcurrentRpcs,
  // So had the method.
  kMaxInFlight,
  // An interceptor refused it ...
  kInterceptor,
  // ... because its caller had used up its rate,
  kRateLimited,
  // or because too much was under way already.
  kOverloaded,
};
inline constexpr size_t kRejections = 10;

inline constexpr size_t kStatusCodes = 17;

// What one event thread counted of one method. Never zeroed or freed: when its
// server is gone, the next one counts on in it, so that nothing is lost.
struct alignas(64) MethodCells {
  MethodCells() = default;
  ~MethodCells();
  MethodCells(const MethodCells&) = delete;
  MethodCells& operator=(const MethodCells&) = delete;

  // A call came to a code in so many nanoseconds. Who sees it in `latency` sees
  // it in `failed`.
  void AddLatency(size_t code, uint64_t nanoseconds) {
    if (code != 0) [[unlikely]] {
      FailedWith(code).Add(nanoseconds);
      return latency.AddRelease(nanoseconds);
    }
    latency.Add(nanoseconds);
  }
  void AddLatencyShared(size_t code, uint64_t nanoseconds) {
    if (code != 0) [[unlikely]]
      FailedWith(code).AddShared(nanoseconds);
    latency.AddShared(nanoseconds);
  }
  // Makes them if need be.
  DurationCells& FailedWith(size_t code);

  Cell started;
  std::array<Cell, kStatusCodes> handled;
  // Of all calls.
  DurationCells latency;
  // Of those that came to an error, by its code; null: none did.
  std::array<std::atomic<DurationCells*>, kStatusCodes> failed{};
  // To the first message of a response stream.
  DurationCells first_response;
  Cell received;
  Cell received_bytes;  // serialized, not compressed
  Cell sent;
  Cell sent_bytes;
  Cell exceptions;
  // Calls that were answered at their method's timeout.
  Cell timeouts;
  // What handlers came to after the call's time was over: dropped.
  Cell late_results;
  std::array<Cell, kRejections> rejected;
};

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_CELLS_H_
