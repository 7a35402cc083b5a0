#ifndef HAWKMOUNT_INTERCEPTORS_ADAPTIVE_CONCURRENCY_H_
#define HAWKMOUNT_INTERCEPTORS_ADAPTIVE_CONCURRENCY_H_

// A limit that finds itself.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "hawkmount/interceptor.h"

namespace hawkmount {

struct AdaptiveConcurrencyOptions {
  // How many calls may be under way at first, at the least and at the most.
  size_t initial = 50;
  size_t minimum = 10;
  size_t maximum = 1000;
  // A call that takes no longer is no sign of too many.
  std::chrono::nanoseconds target{std::chrono::milliseconds(100)};
  // How much of the limit stays as it is at each call: 0 to 1.
  double smoothing = 0.9;
  // The shortest time of a call is forgotten after so long.
  std::chrono::nanoseconds window{std::chrono::seconds(30)};
  // Null: the steady clock. Any thread.
  std::function<std::chrono::steady_clock::time_point()> clock{};
};

namespace interceptors {
class GradientLimit;
}  // namespace interceptors

// A call's place. Given back when its handler and interceptors are over.
class AdaptivePermit {
 public:
  AdaptivePermit(
      std::shared_ptr<interceptors::GradientLimit> limit,
      std::chrono::steady_clock::time_point start)
      : limit_(std::move(limit)), start_(start) {}
  AdaptivePermit(const AdaptivePermit&) = delete;
  AdaptivePermit& operator=(const AdaptivePermit&) = delete;
  ~AdaptivePermit();

 private:
  friend class AdaptiveConcurrency;
  std::shared_ptr<interceptors::GradientLimit> limit_;
  std::chrono::steady_clock::time_point start_;
  // Whether its time says how busy the server is.
  bool telling_ = false;
};

// Lets as many calls run at a time as do not slow each other down. After each
// call that went well or past its deadline, with its time t:
//
//   gradient = max(shortest t of the window, target) / t, within 0.5 and 1
//   limit    = smoothing * limit
//              + (1 - smoothing) * (gradient * limit + sqrt(initial))
//
// within the minimum and the maximum. The limit does not grow while less than
// half of it is used. For calls that are alike: give each kind one of its own.
//
// RESOURCE_EXHAUSTED: as many calls are under way; with a RetryInfo of a
// second, and counted as `overloaded`. No call waits.
//
// The fact AdaptivePermit is for nobody to read; a chain has one of these at
// the most. Copies are one limit. Any thread.
class AdaptiveConcurrency {
 public:
  using Provides = Facts<AdaptivePermit>;

  explicit AdaptiveConcurrency(AdaptiveConcurrencyOptions options = {});

  Decision Before(Context& context);
  void After(Context& context, absl::Status& status);

  // What it is now.
  size_t limit() const;
  size_t in_flight() const;

 private:
  std::shared_ptr<interceptors::GradientLimit> limit_;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_INTERCEPTORS_ADAPTIVE_CONCURRENCY_H_
