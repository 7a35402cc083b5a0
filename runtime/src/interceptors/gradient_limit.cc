#include "interceptors/gradient_limit.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hawkmount::interceptors {

namespace {

// What makes no sense is made to: there is no place to tell of it.
AdaptiveConcurrencyOptions Mended(AdaptiveConcurrencyOptions options) {
  options.minimum = std::max<size_t>(1, options.minimum);
  options.maximum = std::max(options.minimum, options.maximum);
  options.initial =
      std::clamp(options.initial, options.minimum, options.maximum);
  options.smoothing = std::clamp(options.smoothing, 0.0, 1.0);
  return options;
}

}  // namespace

GradientLimit::GradientLimit(AdaptiveConcurrencyOptions options)
    : options_(Mended(std::move(options))),
      growth_(std::sqrt(static_cast<double>(options_.initial))),
      limit_(static_cast<double>(options_.initial)) {}

GradientLimit::TimePoint GradientLimit::Now() const {
  return options_.clock ? options_.clock() : codegen::Now();
}

bool GradientLimit::Enter() {
  std::lock_guard lock(mutex_);
  if (in_flight_ >= static_cast<size_t>(limit_)) return false;
  ++in_flight_;
  return true;
}

void GradientLimit::Leave() {
  std::lock_guard lock(mutex_);
  --in_flight_;
}

void GradientLimit::Leave(std::chrono::nanoseconds time, TimePoint now) {
  const double taken = std::max(1.0, static_cast<double>(time.count()));
  std::lock_guard lock(mutex_);
  const double used = static_cast<double>(in_flight_--);
  if (now >= window_end_) {
    window_end_ = now + options_.window;
    shortest_ = 0;
  }
  shortest_ = shortest_ == 0 ? taken : std::min(shortest_, taken);
  const double good =
      std::max(shortest_, static_cast<double>(options_.target.count()));
  const double gradient = std::clamp(good / taken, 0.5, 1.0);
  const double aim = gradient * limit_ + growth_;
  if (aim > limit_ && used * 2 < limit_) return;
  limit_ = std::clamp(
      options_.smoothing * limit_ + (1 - options_.smoothing) * aim,
      static_cast<double>(options_.minimum),
      static_cast<double>(options_.maximum));
}

size_t GradientLimit::limit() const {
  std::lock_guard lock(mutex_);
  return static_cast<size_t>(limit_);
}

size_t GradientLimit::in_flight() const {
  std::lock_guard lock(mutex_);
  return in_flight_;
}

}  // namespace hawkmount::interceptors
