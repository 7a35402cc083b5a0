#ifndef HAWKMOUNT_APP_READINESS_H_
#define HAWKMOUNT_APP_READINESS_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace hawkmount::app {

// The user's readiness checks. All are added first; then any thread may run
// them.
class Readiness {
 public:
  struct Result {
    std::string name;
    bool ok = false;
    std::string detail;  // what is wrong, if anything
  };

  Readiness() = default;
  // Gives those that still run the rest of their time; one that does not end
  // stays behind with its thread.
  ~Readiness();
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  // ALREADY_EXISTS for a name that is taken, INVALID_ARGUMENT for a check or a
  // timeout that is none.
  absl::Status Add(
      const std::string& name,
      std::function<absl::Status()> check,
      std::chrono::milliseconds timeout);

  bool empty() const { return checks_.empty(); }

  // Runs all side by side, in the order of their names. Takes the longest
  // timeout at the most. Each check runs once at a time: who asks while it runs
  // is told what that run says, or that it hangs.
  std::vector<Result> Run();

 private:
  class Check;

  std::vector<std::shared_ptr<Check>> checks_;
};

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_READINESS_H_
