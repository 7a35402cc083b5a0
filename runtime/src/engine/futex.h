#ifndef HAWKMOUNT_ENGINE_FUTEX_H_
#define HAWKMOUNT_ENGINE_FUTEX_H_

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace hawkmount::engine {

// A one-shot signal from one thread to another, without a spin. Cheaper than
// std::atomic::wait, which yields several times before it sleeps.
class Signal {
 public:
  void Reset() { state_.store(kUnset, std::memory_order_relaxed); }

  // The waiter may be gone with this object as soon as it sees the signal: a
  // wake-up of memory that is no longer a signal is harmless.
  void Set() {
    if (state_.exchange(kSet, std::memory_order_acq_rel) == kAwaited) {
      syscall(SYS_futex, &state_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    }
  }

  void Wait() {
    uint32_t expected = kUnset;
    if (!state_.compare_exchange_strong(
            expected, kAwaited, std::memory_order_acq_rel)) {
      return;
    }
    while (state_.load(std::memory_order_acquire) == kAwaited) {
      syscall(
          SYS_futex,
          &state_,
          FUTEX_WAIT_PRIVATE,
          kAwaited,
          nullptr,
          nullptr,
          0);
    }
  }

 private:
  static constexpr uint32_t kUnset = 0;
  static constexpr uint32_t kSet = 1;
  static constexpr uint32_t kAwaited = 2;

  std::atomic<uint32_t> state_{kUnset};
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_FUTEX_H_
