#include "interceptors/places.h"

#include <utility>

namespace hawkmount::interceptors {

bool Places::TryTake() {
  std::lock_guard lock(mutex_);
  if (free_ == 0) return false;
  --free_;
  return true;
}

void Places::GiveBack() {
  std::optional<Resumer<bool>> coroutine;
  {
    std::lock_guard lock(mutex_);
    if (queue_.empty()) {
      ++free_;
      return;
    }
    Waiter& first = *queue_.front();
    queue_.pop_front();
    first.queued_.reset();
    first.granted_ = true;
    coroutine = std::move(first.coroutine_);
    // Within the lock: the waiter may be gone after it.
    if (!coroutine.has_value()) first.thread_.notify_one();
  }
  if (coroutine.has_value()) coroutine->Resume(true);
}

void Places::Queue(Waiter& waiter, std::optional<Resumer<bool>> resumer) {
  {
    std::lock_guard lock(mutex_);
    if (free_ == 0) {
      waiter.coroutine_ = std::move(resumer);
      waiter.queued_ = queue_.insert(queue_.end(), &waiter);
      return;
    }
    --free_;
    waiter.granted_ = true;
  }
  if (resumer.has_value()) resumer->Resume(true);
}

void Places::WaitUntil(
    Waiter& waiter, std::chrono::steady_clock::time_point time) {
  std::unique_lock lock(mutex_);
  waiter.thread_.wait_until(lock, time, [&] { return waiter.granted_; });
}

bool Places::granted(const Waiter& waiter) const {
  std::lock_guard lock(mutex_);
  return waiter.granted_;
}

bool Places::Leave(Waiter& waiter) {
  std::lock_guard lock(mutex_);
  if (waiter.queued_.has_value()) queue_.erase(*waiter.queued_);
  waiter.queued_.reset();
  return waiter.granted_;
}

size_t Places::taken() const {
  std::lock_guard lock(mutex_);
  return places_ - free_;
}

size_t Places::waiting() const {
  std::lock_guard lock(mutex_);
  return queue_.size();
}

}  // namespace hawkmount::interceptors
