#include "observe/recent_calls.h"

#include <algorithm>

namespace hawkmount::observe {
namespace {

bool Slower(const RecentCall& a, const RecentCall& b) {
  return a.duration_ns > b.duration_ns;
}

}  // namespace

void RecentCalls::Add(RecentCall call) {
  std::lock_guard lock(mutex_);
  if (call.code != absl::StatusCode::kOk) {
    failed_.push_front(call);
    if (failed_.size() > kKept) failed_.pop_back();
  }
  newest_ = std::max(newest_, call.time);
  AddSlow(std::move(call));
}

// Those that are too old go when a new one comes.
void RecentCalls::AddSlow(RecentCall call) {
  if (newest_ > full_until_.load(std::memory_order_relaxed)) {
    std::erase_if(slowest_, [&](const RecentCall& kept) {
      return kept.time < newest_ - kWindow;
    });
  }
  if (slowest_.size() < kKept) {
    slowest_.push_back(std::move(call));
    if (slowest_.size() < kKept) {
      wanted_from_.store(0, std::memory_order_relaxed);
      return;
    }
  } else {
    if (call.duration_ns <= slowest_[fastest_].duration_ns) return;
    slowest_[fastest_] = std::move(call);
  }
  Time oldest = Time::max();
  uint64_t least = UINT64_MAX;
  for (size_t i = 0; i < slowest_.size(); ++i) {
    oldest = std::min(oldest, slowest_[i].time);
    if (slowest_[i].duration_ns < least) {
      least = slowest_[i].duration_ns;
      fastest_ = i;
    }
  }
  full_until_.store(oldest + kWindow, std::memory_order_relaxed);
  wanted_from_.store(least + 1, std::memory_order_relaxed);
}

std::vector<RecentCall> RecentCalls::Failed() const {
  std::lock_guard lock(mutex_);
  return {failed_.begin(), failed_.end()};
}

std::vector<RecentCall> RecentCalls::Slowest() const {
  std::lock_guard lock(mutex_);
  std::vector<RecentCall> calls = slowest_;
  std::sort(calls.begin(), calls.end(), Slower);
  return calls;
}

}  // namespace hawkmount::observe
