#ifndef HAWKMOUNT_INTERCEPTORS_GRADIENT_LIMIT_H_
#define HAWKMOUNT_INTERCEPTORS_GRADIENT_LIMIT_H_

#include <chrono>
#include <cstddef>
#include <mutex>

#include "hawkmount/interceptors/adaptive_concurrency.h"

namespace hawkmount::interceptors {

// The arithmetic of AdaptiveConcurrency. Any thread.
class GradientLimit {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit GradientLimit(AdaptiveConcurrencyOptions options);
  GradientLimit(const GradientLimit&) = delete;
  GradientLimit& operator=(const GradientLimit&) = delete;

  TimePoint Now() const;

  bool Enter();
  void Leave();
  // As Leave, of a call that took so long and tells something by it.
  void Leave(std::chrono::nanoseconds time, TimePoint now);

  size_t limit() const;
  size_t in_flight() const;

 private:
  const AdaptiveConcurrencyOptions options_;
  const double growth_;
  mutable std::mutex mutex_;
  double limit_;
  size_t in_flight_ = 0;
  double shortest_ = 0;  // nanoseconds; 0: none in this window
  TimePoint window_end_{};
};

}  // namespace hawkmount::interceptors

#endif  // HAWKMOUNT_INTERCEPTORS_GRADIENT_LIMIT_H_
