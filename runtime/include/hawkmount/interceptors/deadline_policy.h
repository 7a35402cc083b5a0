#ifndef HAWKMOUNT_INTERCEPTORS_DEADLINE_POLICY_H_
#define HAWKMOUNT_INTERCEPTORS_DEADLINE_POLICY_H_

// Which deadlines callers must set.

#include <chrono>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "hawkmount/interceptor.h"

namespace hawkmount {

struct DeadlinePolicyOptions {
  // A call that has less time left when it gets here is not worth to begin.
  std::chrono::nanoseconds minimum_left{0};
  // Whether calls without a deadline are refused.
  bool required = false;
  // Null: the system's clock. Any thread.
  std::function<std::chrono::system_clock::time_point()> clock{};
};

// Ends calls at once that have no chance, which leaves their time to others:
// they have waited in a queue, or come late from whoever made them.
//
// DEADLINE_EXCEEDED: there is less than `minimum_left`. INVALID_ARGUMENT: there
// is no deadline, and one is required.
//
// How long calls may take at the most, whatever their callers want, is the
// `timeout` of hawkmount/options.proto: it needs no interceptor.
//
// Any thread.
class DeadlinePolicy {
 public:
  explicit DeadlinePolicy(DeadlinePolicyOptions options)
      : options_(std::move(options)) {}

  absl::Status Before(Context& context) const;

 private:
  DeadlinePolicyOptions options_;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_INTERCEPTORS_DEADLINE_POLICY_H_
