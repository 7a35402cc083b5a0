#ifndef HAWKMOUNT_ENGINE_WORKERS_H_
#define HAWKMOUNT_ENGINE_WORKERS_H_

#include <chrono>
#include <cstddef>
#include <memory>

#include "hawkmount/codegen/cells.h"
#include "hawkmount/codegen/executor.h"

namespace hawkmount::engine {

// The threads that blocking handlers run on. They never poll: each sleeps until
// work is handed to it, and the one that slept last is woken first, while its
// caches are warm. Threads are started when they are first needed. Any thread
// may call.
class Workers {
 public:
  // At most `max_threads` at a time; up to `max_queue` pieces of work wait for
  // one.
  Workers(size_t max_threads, size_t max_queue);
  // Idle threads end and are waited for. One that is still in a handler is left
  // alone: it ends after that.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // False when all threads are busy and the queue is full.
  bool Submit(codegen::Work& work);

  // Takes back work that still waits; false when a thread has begun it.
  bool TakeBack(codegen::Work& work);

  // Notes how long a call waited for its worker.
  void Waited(std::chrono::nanoseconds time) {
    waits_.AddShared(static_cast<uint64_t>(time.count()));
  }
  const codegen::DurationCells& waits() const { return waits_; }

  size_t queued() const;
  size_t threads() const;

 private:
  class Pool;
  std::shared_ptr<Pool> pool_;
  codegen::DurationCells waits_;
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_WORKERS_H_
