#ifndef HAWKMOUNT_CODEGEN_EXECUTOR_H_
#define HAWKMOUNT_CODEGEN_EXECUTOR_H_

#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <utility>

#include "hawkmount/codegen/cancel_scope.h"

namespace hawkmount {
struct Method;
}  // namespace hawkmount

namespace hawkmount::codegen {

// A piece of work in somebody's queue. The queue links it and never owns it.
struct Work {
  void (*run)(Work& self) = nullptr;
  Work* next = nullptr;
  Work* previous = nullptr;
  bool queued = false;  // it waits for a worker; the pool's
};

// A wake-up at a time. Belongs to the thread of its executor.
struct Timer {
  void (*fire)(Timer& self) = nullptr;
  std::chrono::steady_clock::time_point due;
  size_t position = 0;  // in the executor's heap, counted from 1; 0: not set
};

// The event thread that a coroutine belongs to: it resumes nowhere else.
class Executor {
 public:
  // Any thread: `work` runs soon on the executor's thread.
  virtual void Post(Work& work) = 0;

  // The executor's thread.
  virtual void StartTimer(Timer& timer) = 0;
  virtual void CancelTimer(Timer& timer) = 0;

  // Runs `work` on a thread that may block; false when too many wait already.
  virtual bool RunOnWorker(Work& work) = 0;

  // Takes work back that no worker has begun; false when one has.
  virtual bool TakeBack(Work& work) = 0;

  // The method whose handler had the thread last. Written by that thread, read
  // by any.
  std::atomic<const Method*> running{nullptr};

 protected:
  ~Executor() = default;
};

// What a coroutine needs to know of its call; coroutines that it awaits
// inherit it.
struct Environment {
  Executor* executor = nullptr;
  CancelScope* scope = nullptr;
  const Method* method = nullptr;

  // The executor's thread.
  void Resume(std::coroutine_handle<> coroutine) const {
    executor->running.store(method, std::memory_order_relaxed);
    coroutine.resume();
  }
};

// Memory for coroutine frames, from a list of the thread's own.
void* AllocateFrame(size_t size);
void FreeFrame(void* frame, size_t size);

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_EXECUTOR_H_
