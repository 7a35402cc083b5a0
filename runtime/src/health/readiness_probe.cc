#include "health/readiness_probe.h"

#include <utility>

#include "system/thread.h"

namespace hawkmount::health {

using std::chrono::steady_clock;

ReadinessProbe::ReadinessProbe(
    std::function<bool()> run, std::function<void(bool)> tell)
    : run_(std::move(run)), tell_(std::move(tell)) {}

ReadinessProbe::~ReadinessProbe() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
    asked_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

TaskOf<void> ReadinessProbe::Refresh() {
  bool runs = false;
  {
    std::lock_guard lock(mutex_);
    const bool fresh = ran_.has_value() && steady_clock::now() - *ran_ < kFresh;
    if (fresh) co_return;
    runs = StartThread();
  }
  if (!runs) {
    tell_(false);
    co_return;
  }
  co_await Suspend<bool>([this](Resumer<bool> resumer) {
    std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(resumer));
    asked_.notify_one();
  });
}

void ReadinessProbe::AddWatch() {
  std::lock_guard lock(mutex_);
  StartThread();
  ++watches_;
  asked_.notify_one();
}

void ReadinessProbe::RemoveWatch() {
  std::lock_guard lock(mutex_);
  --watches_;
}

bool ReadinessProbe::StartThread() {
  if (thread_.joinable()) return true;
  auto thread = system::StartThread(
      "hawkmount-ready", "runs the readiness checks", [this] { Loop(); });
  if (!thread.ok()) return false;
  thread_ = *std::move(thread);
  return true;
}

void ReadinessProbe::Loop() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const bool due = watches_ > 0 && (!ran_.has_value() ||
                                      steady_clock::now() - *ran_ >= kEvery);
    if (waiting_.empty() && !due) {
      if (watches_ > 0) {
        asked_.wait_until(lock, *ran_ + kEvery);
      } else {
        asked_.wait(lock);
      }
      continue;
    }
    lock.unlock();
    tell_(run_());
    lock.lock();
    ran_ = steady_clock::now();
    // Also those who asked while it ran.
    const std::vector<Resumer<bool>> answered = std::exchange(waiting_, {});
    lock.unlock();
    for (const auto& resumer : answered) resumer.Resume(true);
    lock.lock();
  }
}

}  // namespace hawkmount::health
