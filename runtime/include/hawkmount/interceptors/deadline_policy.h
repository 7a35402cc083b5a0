#ifndef HAWKMOUNT_INTERCEPTORS_DEADLINE_POLICY_H_
#define HAWKMOUNT_INTERCEPTORS_DEADLINE_POLICY_H_

// Which deadlines calls have.

#include <chrono>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "hawkmount/interceptor.h"

namespace hawkmount {

struct DeadlinePolicyOptions {
  // What a call gets that has no deadline, if that is less than the maximum.
  // 0: the maximum.
  std::chrono::nanoseconds default_deadline{0};
  // What a call gets at the most, whatever its caller wants. 0: as it wants.
  std::chrono::nanoseconds maximum{0};
  // A call that comes with less time left is not worth to begin.
  std::chrono::nanoseconds minimum_left{0};
  // Whether calls without a deadline are refused. They get
  // no default then.
  bool required = false;
  // Null: the system's clock. Any thread.
  std::function<std::chrono::system_clock::time_point()> clock{};
};

// Sees to it that no call is under way for ever, and ends calls at once that
// have no chance, which leaves their time to others: they have waited in a
// queue, or come late from whoever made them.
//
//   app.Mount(
//       GreeterMount(
//           handler,
//           hawkmount::DeadlinePolicy({
//               .default_deadline = 10s, .maximum = 1min, .minimum_left = 5ms,
//           })),
//       {...});
//
// A deadline is the caller's or the `timeout` that the method's schema has, the
// earlier one; time counts from here on, where the call has its worker.
//
// DEADLINE_EXCEEDED: there is less than `minimum_left`, or what the call was
// given here is over: see Context::ShortenDeadline. INVALID_ARGUMENT: there is
// no deadline, and one is required.
//
// A method's `timeout` in hawkmount/options.proto needs no interceptor, counts
// from the call's arrival, and costs less: of a blocking handler's call that is
// given a deadline here, the event thread is told by its worker.
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
