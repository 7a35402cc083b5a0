#ifndef HAWKMOUNT_INTERCEPTORS_PLACES_H_
#define HAWKMOUNT_INTERCEPTORS_PLACES_H_

#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>

#include "hawkmount/await.h"

namespace hawkmount::interceptors {

// So many places, and a queue for them. While somebody waits no place is free:
// one that is given back goes to the first of the queue. Any thread.
class Places {
 public:
  // Somebody who wants a place. Must live until Leave.
  class Waiter {
   private:
    friend class Places;
    bool granted_ = false;
    std::optional<std::list<Waiter*>::iterator> queued_;
    // Who is woken: a coroutine, or else a thread.
    std::optional<Resumer<bool>> coroutine_;
    std::condition_variable thread_;
  };

  explicit Places(size_t places) : free_(places), places_(places) {}
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  // Takes a place if one is free.
  bool TryTake();
  void GiveBack();

  // Takes a place for the waiter, which waits from now on if none is free. The
  // resumer is called when it has one.
  void Queue(Waiter& waiter, std::optional<Resumer<bool>> resumer = {});
  // For threads: waits until the waiter has one, or until then.
  void WaitUntil(Waiter& waiter, std::chrono::steady_clock::time_point time);
  bool granted(const Waiter& waiter) const;
  // The waiter waits no more. Whether it has a place.
  bool Leave(Waiter& waiter);

  size_t taken() const;
  size_t waiting() const;

 private:
  mutable std::mutex mutex_;
  size_t free_;
  const size_t places_;
  std::list<Waiter*> queue_;
};

}  // namespace hawkmount::interceptors

#endif  // HAWKMOUNT_INTERCEPTORS_PLACES_H_
