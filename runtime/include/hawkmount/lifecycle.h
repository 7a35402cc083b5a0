#ifndef HAWKMOUNT_LIFECYCLE_H_
#define HAWKMOUNT_LIFECYCLE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace hawkmount {

// What is to be done at the start and at the end, in the order in which it was
// registered: a value, for parts of a program that bring their own hooks.
//
//   hawkmount::Lifecycle DatabaseLifecycle(Database& database);
//   app.Use(DatabaseLifecycle(database));
//
// Not safe for several threads.
class Lifecycle {
 public:
  using Hook = std::function<absl::Status()>;

  // `name` is for the errors. A hook that throws has failed.
  void OnStart(std::string name, Hook hook);
  void OnShutdown(std::string name, Hook hook);

  // Registers the other's hooks after those that are there, in their order.
  void Merge(Lifecycle other);

  // What App::Start and App::Shutdown do with it.

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

}  // namespace hawkmount

#endif  // HAWKMOUNT_LIFECYCLE_H_
