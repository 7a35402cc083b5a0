#ifndef HAWKMOUNT_APP_LIFECYCLE_H_
#define HAWKMOUNT_APP_LIFECYCLE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace hawkmount::app {

// The first error's code with all messages; OK when there is none.
absl::Status Together(const std::vector<absl::Status>& statuses);

// What a hook of the user's comes to. The error says of which kind (`what`) and
// which one (`name`) it is; one that throws has failed.
absl::Status RunHook(
    const std::function<absl::Status()>& hook,
    const std::string& what,
    const std::string& name);

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_LIFECYCLE_H_
