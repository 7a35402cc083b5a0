#include "observe/log_ring.h"

#include <algorithm>
#include <bit>

namespace hawkmount::observe {

void LogBell::Wake() {
  std::lock_guard lock(mutex_);
  rung_ = true;
  woken_.notify_one();
}

LogRing::LogRing(size_t bytes, std::shared_ptr<LogBell> bell)
    : mask_(
          std::bit_ceil(std::clamp<size_t>(bytes, 4096, size_t{1} << 30)) - 1),
      bytes_(std::make_unique_for_overwrite<char[]>(mask_ + 1)),
      bell_(std::move(bell)) {}

std::string_view LogRing::Front() {
  uint64_t tail = tail_.load(std::memory_order_relaxed);
  const uint64_t head = head_.load(std::memory_order_acquire);
  if (tail == head) return {};
  uint64_t size = ReadSize(tail & mask_);
  if ((size & kSkip) != 0) {
    // What was skipped is never the last: the record that did not fit follows.
    tail += size & ~kSkip;
    tail_.store(tail, std::memory_order_release);
    size = ReadSize(tail & mask_);
  }
  return {
      bytes_.get() + (tail & mask_) + sizeof(uint64_t),
      static_cast<size_t>(size) - sizeof(uint64_t)};
}

uint64_t LogRing::Pop() {
  const uint64_t tail = tail_.load(std::memory_order_relaxed);
  const uint64_t size = ReadSize(tail & mask_);
  tail_.store(tail + size, std::memory_order_release);
  return size;
}

}  // namespace hawkmount::observe
