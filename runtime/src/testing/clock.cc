#include "hawkmount/testing/clock.h"

#include <algorithm>

#include "hawkmount/await.h"

namespace hawkmount::testing {

using std::chrono::nanoseconds;

namespace {

nanoseconds Later(nanoseconds time, nanoseconds duration) {
  return duration > nanoseconds::max() - time ? nanoseconds::max()
                                              : time + duration;
}

}  // namespace

codegen::Work* ManualClock::TakeWork() {
  {
    const std::lock_guard lock(mutex_);
    if (!posted_.empty()) {
      codegen::Work* work = posted_.front();
      posted_.pop_front();
      return work;
    }
  }
  if (blocking_.empty()) return nullptr;
  codegen::Work* work = blocking_.front();
  blocking_.pop_front();
  return work;
}

bool ManualClock::Run() {
  bool ran = false;
  while (codegen::Work* work = TakeWork()) {
    work->run(*work);
    ran = true;
  }
  return ran;
}

std::vector<ManualClock::Sleeper>::iterator ManualClock::Next() {
  return std::min_element(
      timers_.begin(), timers_.end(), [](const Sleeper& a, const Sleeper& b) {
        return a.due < b.due;
      });
}

bool ManualClock::HasSleepers() const {
  const std::lock_guard lock(mutex_);
  return !timers_.empty();
}

void ManualClock::AdvanceToNext() { FireUntil(nanoseconds::max()); }

bool ManualClock::FireUntil(nanoseconds end) {
  std::unique_lock lock(mutex_);
  const auto next = Next();
  if (next == timers_.end() || next->due > end) return false;
  now_ = std::max(now(), next->due);
  codegen::Timer& timer = *next->timer;
  timers_.erase(next);
  timer.position = 0;
  lock.unlock();
  timer.fire(timer);
  Run();
  return true;
}

void ManualClock::Advance(nanoseconds time) {
  const nanoseconds end = Later(now_, time);
  Run();
  while (FireUntil(end)) {
  }
  now_ = end;
}

std::function<std::chrono::steady_clock::time_point()> ManualClock::steady()
    const {
  return [this] { return steady_start_ + now(); };
}

std::function<std::chrono::system_clock::time_point()> ManualClock::system()
    const {
  return [this] { return system_start_ + now(); };
}

bool ManualClock::WaitForOthers() {
  std::unique_lock lock(mutex_);
  return posted_to_.wait_for(
      lock, std::chrono::minutes(1), [this] { return !posted_.empty(); });
}

void ManualClock::Withdraw(codegen::Work& work) {
  const std::lock_guard lock(mutex_);
  std::erase(posted_, &work);
}

void ManualClock::Post(codegen::Work& work) {
  const std::lock_guard lock(mutex_);
  posted_.push_back(&work);
  posted_to_.notify_all();
}

void ManualClock::StartTimer(codegen::Timer& timer) {
  // What the sleep was asked for, not what is left of it by another clock.
  const Sleep* sleep = Sleep::Of(timer);
  StartTimer(
      timer,
      sleep != nullptr ? sleep->duration()
                       : timer.due - std::chrono::steady_clock::now());
}

void ManualClock::StartTimer(codegen::Timer& timer, nanoseconds after) {
  const std::lock_guard lock(mutex_);
  timers_.push_back({Later(now_, std::max(after, nanoseconds(0))), &timer});
  timer.position = 1;
}

void ManualClock::CancelTimer(codegen::Timer& timer) {
  const std::lock_guard lock(mutex_);
  timer.position = 0;
  std::erase_if(timers_, [&timer](const Sleeper& sleeper) {
    return sleeper.timer == &timer;
  });
}

bool ManualClock::RunOnWorker(codegen::Work& work) {
  blocking_.push_back(&work);
  return true;
}

bool ManualClock::TakeBack(codegen::Work& work) {
  return std::erase(blocking_, &work) != 0;
}

}  // namespace hawkmount::testing
