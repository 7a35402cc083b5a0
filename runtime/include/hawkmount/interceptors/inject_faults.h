#ifndef HAWKMOUNT_INTERCEPTORS_INJECT_FAULTS_H_
#define HAWKMOUNT_INTERCEPTORS_INJECT_FAULTS_H_

// Failures on purpose, for tests of whoever calls.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "hawkmount/interceptor.h"
#include "hawkmount/task.h"

namespace hawkmount {

struct InjectFaultsOptions {
  // Of all calls, so many get a fault: 0 none, 1 all. They are spread evenly:
  // with 0.25 it is every fourth.
  double share = 0;
  // What a fault is: a wait, and then this status, or the handler if it is OK.
  std::chrono::nanoseconds delay{0};
  absl::Status status{};
  // Whether callers may order a fault of their own by metadata: never where
  // they are not tests.
  //   x-fault-code      a gRPC code, as its number: "14"
  //   x-fault-delay-ms  "250"
  bool by_metadata = false;
};

// A wait ends early when the call is given up. What callers are told is the
// status, or for a code that they ordered "fault injected". Copies share the
// count of calls. Any thread.
class InjectFaults {
 public:
  explicit InjectFaults(InjectFaultsOptions options);

  absl::Status Before(Context& context);
  Task BeforeAsync(Context& context);

  // How many calls got one.
  uint64_t injected() const { return state_->injected; }

 private:
  struct Fault {
    std::chrono::nanoseconds delay{0};
    absl::Status status;
  };
  struct State {
    InjectFaultsOptions options;
    std::atomic<uint64_t> calls{0};
    std::atomic<uint64_t> injected{0};
  };

  Fault Next(const Context& context);
  static Task Wait(Fault fault);

  std::shared_ptr<State> state_;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_INTERCEPTORS_INJECT_FAULTS_H_
