#include "observe/recent_calls.h"

#include <algorithm>

namespace hawkmount::observe {
namespace {

bool Slower(const RecentCall& a, const RecentCall& b) {
  return a.duration_ns > b.duration_ns;
}

}  // namespace

bool RecentCalls::Wants(
    absl::StatusCode code, uint64_t duration_ns, Time time) const {
  return code != absl::StatusCode::kOk ||
         room_.load(std::memory_order_relaxed) ||
         duration_ns > slower_than_.load(std::memory_order_relaxed) ||
         time - kWindow > oldest_.load(std::memory_order_relaxed);
}

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
  if (newest_ - kWindow > oldest_.load(std::memory_order_relaxed)) {
    std::erase_if(slowest_, [&](const RecentCall& kept) {
      return kept.time < newest_ - kWindow;
    });
  }
  if (slowest_.size() < kKept) {
    slowest_.push_back(std::move(call));
  } else {
    RecentCall& fastest =
        *std::max_element(slowest_.begin(), slowest_.end(), Slower);
    if (call.duration_ns <= fastest.duration_ns) return;
    fastest = std::move(call);
  }
  Time oldest = Time::max();
  uint64_t fastest = UINT64_MAX;
  for (const RecentCall& kept : slowest_) {
    oldest = std::min(oldest, kept.time);
    fastest = std::min(fastest, kept.duration_ns);
  }
  oldest_.store(oldest, std::memory_order_relaxed);
  slower_than_.store(fastest, std::memory_order_relaxed);
  room_.store(slowest_.size() < kKept, std::memory_order_relaxed);
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
