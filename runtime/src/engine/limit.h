#ifndef HAWKMOUNT_ENGINE_LIMIT_H_
#define HAWKMOUNT_ENGINE_LIMIT_H_

#include <atomic>
#include <cstddef>

namespace hawkmount::engine {

// So many places, counted exactly: nobody is refused while one is free, and
// nobody enters while none is. Any thread.
class Limit {
 public:
  explicit Limit(size_t places) : places_(places) {}
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

  // Takes a place; false when all are taken.
  bool Enter() {
    size_t taken = taken_.load(std::memory_order_relaxed);
    while (taken < places_) {
      if (taken_.compare_exchange_weak(
              taken,
              taken + 1,
              std::memory_order_acquire,
              std::memory_order_relaxed)) {
        return true;
      }
    }
    return false;
  }
  // Gives it back.
  void Leave() { taken_.fetch_sub(1, std::memory_order_release); }

  size_t places() const { return places_; }

 private:
  const size_t places_;
  // Written by all event threads and workers: on a cache line of its own.
  alignas(64) std::atomic<size_t> taken_{0};
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_LIMIT_H_
