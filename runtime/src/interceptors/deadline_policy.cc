#include "hawkmount/interceptors/deadline_policy.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace hawkmount {

using std::chrono::nanoseconds;
using std::chrono::system_clock;

absl::Status DeadlinePolicy::Before(Context& context) const {
  const auto deadline = context.deadline();
  // What the call gets; 0: what it has.
  nanoseconds most = std::max(options_.maximum, nanoseconds(0));
  if (deadline == system_clock::time_point::max()) {
    if (options_.required) {
      return absl::InvalidArgumentError("the call has no deadline: set one");
    }
    const nanoseconds usual = options_.default_deadline;
    if (usual.count() > 0 && (most.count() == 0 || usual < most)) most = usual;
    if (most.count() > 0) context.ShortenDeadline(most);
    return absl::OkStatus();
  }
  if (most.count() == 0 && options_.minimum_left.count() <= 0) {
    return absl::OkStatus();
  }
  const auto now = options_.clock ? options_.clock() : system_clock::now();
  const auto left = std::max(deadline - now, system_clock::duration(0));
  if (left < options_.minimum_left) {
    return absl::DeadlineExceededError(absl::StrCat(
        "the call has ",
        absl::FormatDuration(absl::FromChrono(left)),
        " left, less than the ",
        absl::FormatDuration(absl::FromChrono(options_.minimum_left)),
        " that it needs"));
  }
  if (most.count() > 0 && left > most) context.ShortenDeadline(most);
  return absl::OkStatus();
}

}  // namespace hawkmount
