#ifndef HAWKMOUNT_ENGINE_TIMERS_H_
#define HAWKMOUNT_ENGINE_TIMERS_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "hawkmount/codegen/executor.h"

namespace hawkmount::engine {

// The timers of one thread: a binary heap by due time that knows where each
// timer stands, so that it can be taken out. Owns none of them.
class Timers {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  bool empty() const { return heap_.empty(); }
  TimePoint first_due() const { return heap_.front()->due; }

  void Add(codegen::Timer& timer) {
    heap_.push_back(&timer);
    timer.position = heap_.size();
    Rise(heap_.size() - 1);
  }

  // Does nothing to a timer that is not set.
  void Remove(codegen::Timer& timer) {
    if (timer.position == 0) return;
    const size_t index = timer.position - 1;
    timer.position = 0;
    codegen::Timer* last = heap_.back();
    heap_.pop_back();
    if (last == &timer) return;
    Place(index, last);
    Rise(index);
    Sink(last->position - 1);
  }

  // Fires what is due; a timer may be set again, or gone, after that.
  void FireDue(TimePoint now) {
    while (!heap_.empty() && heap_.front()->due <= now) {
      codegen::Timer& timer = *heap_.front();
      Remove(timer);
      timer.fire(timer);
    }
  }

 private:
  void Place(size_t index, codegen::Timer* timer) {
    heap_[index] = timer;
    timer->position = index + 1;
  }

  void Swap(size_t a, size_t b) {
    codegen::Timer* timer = heap_[a];
    Place(a, heap_[b]);
    Place(b, timer);
  }

  void Rise(size_t index) {
    while (index > 0 && heap_[index]->due < heap_[(index - 1) / 2]->due) {
      Swap(index, (index - 1) / 2);
      index = (index - 1) / 2;
    }
  }

  void Sink(size_t index) {
    for (;;) {
      size_t child = 2 * index + 1;
      if (child >= heap_.size()) return;
      if (child + 1 < heap_.size() &&
          heap_[child + 1]->due < heap_[child]->due) {
        ++child;
      }
      if (heap_[index]->due <= heap_[child]->due) return;
      Swap(index, child);
      index = child;
    }
  }

  std::vector<codegen::Timer*> heap_;
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_TIMERS_H_
