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

// The upper edges of the latency buckets, in nanoseconds; a value on an edge
// belongs below it, as Prometheus' `le` says.
inline constexpr std::array<uint64_t, 19> kLatencyEdges = {
    100'000,
    250'000,
    500'000,
    1'000'000,
    2'500'000,
    5'000'000,
    10'000'000,
    25'000'000,
    50'000'000,
    75'000'000,
    100'000'000,
    250'000'000,
    500'000'000,
    750'000'000,
    1'000'000'000,
    2'500'000'000,
    5'000'000'000,
    7'500'000'000,
    10'000'000'000};

constexpr size_t LatencyBucket(uint64_t nanoseconds) {
  size_t bucket = 0;
  while (bucket < kLatencyEdges.size() && nanoseconds > kLatencyEdges[bucket]) {
    ++bucket;
  }
  return bucket;
}

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
};
inline constexpr size_t kRejections = 5;

inline constexpr size_t kStatusCodes = 17;

// What one event thread counted of one method. Never zeroed or freed while its
// server can be asked for it, so that nothing is lost.
struct alignas(64) MethodCells {
  Cell started;
  std::array<Cell, kStatusCodes> handled;
  std::array<Cell, kLatencyEdges.size() + 1> latency;
  Cell latency_sum;  // nanoseconds
  Cell received;
  Cell sent;
  Cell exceptions;
  std::array<Cell, kRejections> rejected;
};

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_CELLS_H_
