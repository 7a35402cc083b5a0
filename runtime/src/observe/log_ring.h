#ifndef HAWKMOUNT_OBSERVE_LOG_RING_H_
#define HAWKMOUNT_OBSERVE_LOG_RING_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "hawkmount/codegen/cells.h"

namespace hawkmount::observe {

// Where the log writer sleeps while there is nothing to write.
class LogBell {
 public:
  // Any thread. Cheap while the writer is awake.
  void Ring() {
    if (asleep_.load(std::memory_order_seq_cst)) Wake();
  }
  void Wake();

  // The writer: sleeps until it is woken, unless `ready` already. Who puts
  // something in before that is seen by `ready`; who does so later sees that
  // the writer sleeps.
  template <class Ready>
  void Sleep(const Ready& ready) {
    asleep_.store(true, std::memory_order_seq_cst);
    {
      std::unique_lock lock(mutex_);
      if (!ready()) woken_.wait(lock, [this] { return rung_; });
      rung_ = false;
    }
    asleep_.store(false, std::memory_order_relaxed);
  }

  // The writer: sleeps for so long, unless it is woken; what is put in does not
  // ring.
  void Pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, time, [this] { return rung_; });
    rung_ = false;
  }

 private:
  std::atomic<bool> asleep_{false};
  std::mutex mutex_;
  std::condition_variable woken_;
  bool rung_ = false;
};

// Records of one thread on their way to the log writer: one thread puts them
// in, another takes them out, and neither waits. A record that finds no room
// is dropped and counted.
class LogRing {
 public:
  static constexpr size_t kLongestRecord = 4096 - sizeof(uint64_t);

  // As many bytes as the next power of two has.
  LogRing(size_t bytes, std::shared_ptr<LogBell> bell);
  LogRing(const LogRing&) = delete;
  LogRing& operator=(const LogRing&) = delete;

  // The one who puts in. Room for a record of so many bytes at the most, and no
  // more than kLongestRecord, to be filled before Commit; null when there is
  // none.
  char* Begin(size_t most) {
    const size_t need = SizeInRing(most);
    if (position() + need > room_until_ && !HasRoom(need)) {
      return nullptr;
    }
    begun_ = bytes_.get() + (position() & mask_);
    return begun_ + sizeof(uint64_t);
  }
  // The same in steps: where the next record goes, whether there is room for it
  // without a look how far the reader is, and the place itself.
  uint64_t position() const { return head_.load(std::memory_order_relaxed); }
  bool HasRoomAtOnce(uint64_t position, size_t most) const {
    return position + SizeInRing(most) <= room_until_;
  }
  char* Place(uint64_t position) const {
    return bytes_.get() + (position & mask_) + sizeof(uint64_t);
  }
  // How many bytes the record has.
  void Commit(size_t size) {
    Commit(position(), begun_ + sizeof(uint64_t), size);
  }
  void Commit(uint64_t position, char* place, size_t size) {
    const size_t need = SizeInRing(size);
    *reinterpret_cast<uint64_t*>(place - sizeof(uint64_t)) = need;
    head_.store(position + need, std::memory_order_seq_cst);
    bell_->Ring();
  }

  // The one who takes out. Gives each record that is there now to `take`, with
  // up to seven bytes more at its end, the oldest first; false when there was
  // none.
  template <class Take>
  bool TakeOut(Take take) {
    uint64_t tail = tail_.load(std::memory_order_relaxed);
    const uint64_t head = head_.load(std::memory_order_acquire);
    if (tail == head) return false;
    do {
      const char* place = bytes_.get() + (tail & mask_);
      const uint64_t size = *reinterpret_cast<const uint64_t*>(place);
      take(std::string_view(place + sizeof(uint64_t), size - sizeof(uint64_t)));
      tail += size;
      tail_.store(tail, std::memory_order_release);
    } while (tail != head);
    return true;
  }

  // Any thread.
  bool empty() const {
    return head_.load(std::memory_order_seq_cst) ==
           tail_.load(std::memory_order_relaxed);
  }
  uint64_t dropped() const { return dropped_.Read(); }

 private:
  // With the size before it, which keeps the records aligned.
  static constexpr size_t SizeInRing(size_t size) {
    return (size + sizeof(uint64_t) + 7) & ~size_t{7};
  }

  // Looks again how far the reader is; counts a record that has to be dropped.
  bool HasRoom(size_t need);

  const size_t mask_;
  // With room behind the end, so that no record is cut in two: one that begins
  // before the end goes on there, and leaves as much unused at the beginning.
  const std::unique_ptr<char[]> bytes_;
  const std::shared_ptr<LogBell> bell_;
  // The writing end's.
  alignas(64) uint64_t room_until_ = 0;  // the position, as far as is known
  char* begun_ = nullptr;
  codegen::Cell dropped_;
  std::atomic<uint64_t> head_{0};
  // The reading end's.
  alignas(64) std::atomic<uint64_t> tail_{0};
};

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_LOG_RING_H_
