#ifndef HAWKMOUNT_APP_LIFECYCLE_H_
#define HAWKMOUNT_APP_LIFECYCLE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace hawkmount::app {

// What a user has done at the start and at the end, in the order in which it
// was registered.
class Lifecycle {
 public:
  using Hook = std::function<absl::Status()>;

  void OnStart(std::string name, Hook hook);
  void OnShutdown(std::string name, Hook hook);

  // Runs the hooks for the start in their order. After the first that fails,
  // the shutdown hooks that were registered before it run, and the error names
  // them all.
  absl::Status Start() const;
  // Runs all shutdown hooks, the last registered first. The error names each
  // that failed.
  absl::Status Shutdown() const;

 private:
  struct Registered {
    bool starts;
    std::string name;
    Hook hook;
  };

  absl::Status ShutdownBefore(size_t end) const;

  std::vector<Registered> hooks_;
};

// The first error's code with all messages; OK when there is none.
absl::Status Together(const std::vector<absl::Status>& statuses);

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_LIFECYCLE_H_
