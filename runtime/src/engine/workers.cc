#include "engine/workers.h"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "engine/futex.h"

namespace hawkmount::engine {

using codegen::Work;

// Lives as long as any of its threads.
class Workers::Pool : public std::enable_shared_from_this<Pool> {
 public:
  Pool(size_t max_threads, size_t max_queue)
      : max_threads_(max_threads), max_queue_(max_queue) {}

  bool Submit(Work& work) {
    std::unique_lock lock(mutex_);
    if (!idle_.empty()) {
      Sleeper& sleeper = *idle_.back();
      idle_.pop_back();
      lock.unlock();
      sleeper.work = &work;
      sleeper.signal.Set();
      return true;
    }
    if (threads_ < max_threads_ && StartThread(work)) return true;
    // Without a single thread nobody would ever look into the queue.
    if (threads_ == 0 || queued_ == max_queue_) return false;
    Enqueue(work);
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
    for (Sleeper* sleeper : idle_) sleeper->signal.Set();
    const size_t idle = idle_.size();
    idle_.clear();
    leaving_ += idle;
    left_.wait(lock, [this] { return leaving_ == 0; });
  }

  size_t queued() const {
    std::lock_guard lock(mutex_);
    return queued_;
  }
  size_t threads() const {
    std::lock_guard lock(mutex_);
    return threads_;
  }

 private:
  // A thread that waits for work.
  struct Sleeper {
    Signal signal;
    Work* work = nullptr;
  };

  // With the lock held.
  bool StartThread(Work& work) {
    try {
      std::thread([pool = shared_from_this(), first = &work] {
        pthread_setname_np(pthread_self(), "hawkmount-work");
        pool->Run(*first);
      }).detach();
    } catch (const std::system_error&) {
      return false;  // out of threads: the queue is what is left
    }
    ++threads_;
    return true;
  }

  void Run(Work& first) {
    Work* work = &first;
    do {
      work->run(*work);  // gone after this
    } while ((work = Next()) != nullptr);
  }

  // What to do next, after a sleep if need be; null to end.
  Work* Next() {
    Sleeper self;
    {
      std::lock_guard lock(mutex_);
      if (first_ != nullptr) {
        Work& work = *first_;
        Unlink(work);
        return &work;
      }
      if (stopping_) {
        --threads_;
        return nullptr;
      }
      idle_.push_back(&self);
    }
    self.signal.Wait();
    if (self.work != nullptr) return self.work;
    // Still under the lock of Stop, or after it: this thread was idle then.
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
