#ifndef HAWKMOUNT_OBSERVE_RECENT_CALLS_H_
#define HAWKMOUNT_OBSERVE_RECENT_CALLS_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace hawkmount::observe {

// A call that is over.
struct RecentCall {
  std::chrono::system_clock::time_point time;  // of its end
  std::string method;
  std::string peer;
  std::string request_id;
  std::string trace_id;
  absl::StatusCode code = absl::StatusCode::kOk;
  uint64_t duration_ns = 0;
  bool slow = false;  // by LogOptions::slow
};

// Of all calls that it is told of, the last that failed and the slowest of the
// last ten minutes. Any thread.
class RecentCalls {
 public:
  static constexpr size_t kKept = 64;  // of each
  static constexpr std::chrono::minutes kWindow{10};

  // From which duration on Add would keep a call that ends now and was OK; it
  // keeps all others. A cheap question, to be asked before its texts are made.
  uint64_t WantedFrom(std::chrono::system_clock::time_point now) const {
    return now > full_until_.load(std::memory_order_relaxed)
               ? 0
               : wanted_from_.load(std::memory_order_relaxed);
  }

  void Add(RecentCall call);

  // The newest first.
  std::vector<RecentCall> Failed() const;
  // The slowest first.
  std::vector<RecentCall> Slowest() const;

 private:
  using Time = std::chrono::system_clock::time_point;

  void AddSlow(RecentCall call);

  mutable std::mutex mutex_;
  std::deque<RecentCall> failed_;
  std::vector<RecentCall> slowest_;
  Time newest_ = Time::min();
  size_t fastest_ = 0;  // of slowest_, when that is full
  // While there is room, all are wanted.
  std::atomic<uint64_t> wanted_from_{0};
  // When the oldest one goes.
  std::atomic<Time> full_until_{Time::min()};
};

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_RECENT_CALLS_H_
