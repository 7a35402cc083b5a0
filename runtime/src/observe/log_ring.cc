#include "observe/log_ring.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace hawkmount::observe {

void LogBell::Wake() {
  std::lock_guard lock(mutex_);
  rung_ = true;
  woken_.notify_one();
}

LogRing::LogRing(size_t bytes, std::shared_ptr<LogBell> bell)
    : mask_(
          std::bit_ceil(std::clamp<size_t>(bytes, 4096, size_t{1} << 30)) - 1),
      bytes_(std::make_unique_for_overwrite<char[]>(
          mask_ + 1 + SizeInRing(kLongestRecord))),
      bell_(std::move(bell)) {}

bool LogRing::HasRoom(size_t need) {
  room_until_ = tail_.load(std::memory_order_acquire) + mask_ + 1;
  if (position() + need <= room_until_) return true;
  dropped_.Add();
  return false;
}

}  // namespace hawkmount::observe
