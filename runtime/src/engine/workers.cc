#include "engine/workers.h"

#include <condition_variable>
#include <mutex>
#include <vector>

#include "engine/futex.h"
#include "system/thread.h"

namespace hawkmount::engine {

using codegen::Work;

// Lives as long as any of its threads.
class Workers::Pool : public std::enable_shared_from_this<Pool> {
 public:
  Pool(size_t max_threads, size_t max_queue)
      : max_threads_(max_threads), max_queue_(max_queue) {}

  bool Submit(Work& work) {
    Sleeper* sleeper = nullptr;
    {
      std::lock_guard lock(mutex_);
      if (queued_ >= free_threads() + max_queue_) return false;
      Enqueue(work);
      sleeper = Rouse();
      if (threads_ == 0) {
        // The system gave no thread: nobody would ever look into the queue.
        Unlink(work);
        return false;
      }
    }
    if (sleeper != nullptr) sleeper->signal.Set();
    return true;
  }

  bool TakeBack(Work& work) {
    std::lock_guard lock(mutex_);
    if (!work.queued) return false;
    Unlink(work);
    return true;
  }

  void Stop() {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    for (Sleeper* sleeper : idle_) {
      sleeper->leave = true;
      sleeper->signal.Set();
    }
    const size_t idle = idle_.size();
    idle_.clear();
    leaving_ += idle;
    left_.wait(lock, [this] { return leaving_ == 0; });
  }

  size_t queued() const {
    std::lock_guard lock(mutex_);
    return queued_ > free_threads() ? queued_ - free_threads() : 0;
  }
  size_t threads() const {
    std::lock_guard lock(mutex_);
    return threads_;
  }

 private:
  // A thread that waits for work.
  struct Sleeper {
    Signal signal;
    bool leave = false;
  };

  // Threads that could take work at once: it does not count as waiting.
  size_t free_threads() const {
    return idle_.size() + waking_ + (max_threads_ - threads_);
  }

  // With the lock held: gets a thread for the work that waits, if none is on
  // its way. One at a time, and each that takes work sees to the next: what
  // comes in a burst is often done before a second thread is awake, and to wake
  // one costs more than a short handler. Whom to wake; null: nobody.
  Sleeper* Rouse() {
    if (waking_ != 0 || first_ == nullptr) return nullptr;
    if (idle_.empty()) {
      if (threads_ < max_threads_) StartThread();
      return nullptr;
    }
    Sleeper* sleeper = idle_.back();
    idle_.pop_back();
    ++waking_;
    return sleeper;
  }

  void StartThread() {
    auto thread = system::StartThread(
        "hawkmount-work",
        "runs blocking handlers",
        [pool = shared_from_this()] { pool->Run(); });
    // Without one, those that there are will come to it.
    if (!thread.ok()) return;
    thread->detach();
    ++threads_;
    ++waking_;
  }

  void Run() {
    bool awoken = true;
    while (Work* work = Take(awoken)) {
      work->run(*work);  // gone after this
      awoken = false;
    }
  }

  // What to do next, after a sleep if need be; null to end. `awoken` says that
  // this thread counts as waking.
  Work* Take(bool awoken) {
    for (;; awoken = true) {
      Sleeper self;
      {
        std::unique_lock lock(mutex_);
        if (awoken) --waking_;
        if (first_ != nullptr) {
          Work& work = *first_;
          Unlink(work);
          Sleeper* other = Rouse();
          lock.unlock();
          if (other != nullptr) other->signal.Set();
          return &work;
        }
        if (stopping_) {
          --threads_;
          return nullptr;
        }
        idle_.push_back(&self);
      }
      self.signal.Wait();
      if (self.leave) break;
    }
    std::lock_guard lock(mutex_);
    --threads_;
    if (--leaving_ == 0) left_.notify_all();
    return nullptr;
  }

  void Enqueue(Work& work) {
    work.queued = true;
    work.next = nullptr;
    work.previous = last_;
    (last_ == nullptr ? first_ : last_->next) = &work;
    last_ = &work;
    ++queued_;
  }

  void Unlink(Work& work) {
    work.queued = false;
    (work.previous == nullptr ? first_ : work.previous->next) = work.next;
    (work.next == nullptr ? last_ : work.next->previous) = work.previous;
    --queued_;
  }

  const size_t max_threads_;
  const size_t max_queue_;

  mutable std::mutex mutex_;
  std::condition_variable left_;
  std::vector<Sleeper*> idle_;  // who slept last is at the end
  Work* first_ = nullptr;
  Work* last_ = nullptr;
  size_t queued_ = 0;
  size_t threads_ = 0;
  size_t waking_ = 0;   // woken or started for work, not yet there
  size_t leaving_ = 0;  // woken by Stop, not yet gone
  bool stopping_ = false;
};

Workers::Workers(size_t max_threads, size_t max_queue)
    : pool_(std::make_shared<Pool>(max_threads, max_queue)) {}

Workers::~Workers() { pool_->Stop(); }

bool Workers::Submit(Work& work) { return pool_->Submit(work); }
bool Workers::TakeBack(Work& work) { return pool_->TakeBack(work); }
size_t Workers::queued() const { return pool_->queued(); }
size_t Workers::threads() const { return pool_->threads(); }

}  // namespace hawkmount::engine
