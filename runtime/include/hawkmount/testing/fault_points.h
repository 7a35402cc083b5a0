#ifndef HAWKMOUNT_TESTING_FAULT_POINTS_H_
#define HAWKMOUNT_TESTING_FAULT_POINTS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "hawkmount/context.h"
#include "hawkmount/interceptor.h"
#include "hawkmount/method.h"
#include "hawkmount/task.h"

namespace hawkmount::testing {

// Where in a call a fault can be.
enum class FaultPlace : unsigned char {
  kStart,    // before the handler
  kReceive,  // a message came in, and the handler does not have it yet
  kSend,     // the handler has written a message, and it is not out yet
  kEnd,      // the handler is over, and its status is not out yet
};

struct FaultOptions {
  FaultPlace place = FaultPlace::kStart;
  // Null: every method.
  const Method* method = nullptr;
  // Of kReceive and kSend, which message of the call, from 1 on. Unset: each.
  std::optional<uint64_t> message{};

  // The share of the passages that get the fault, and what the dice are thrown
  // with: the same seed, the same dice.
  double probability = 1;
  uint64_t seed = 0;
  // How many get it at the most. Unset: all.
  std::optional<uint64_t> times{};

  // What a fault is: a wait, then an exception, or else a status. Nothing of
  // it: passages are counted, and go on.
  //
  // A wait ends early with its call, and is like a handler's: a blocking one
  // holds its worker. A coroutine's leaves its thread to others at kStart, but
  // elsewhere holds the event thread, for all that is served there, until it is
  // over: keep it short.
  std::chrono::nanoseconds delay{0};
  // Throws what the handler is to throw; empty: nothing.
  std::function<void()> exception{};
  // At kEnd it takes the place of whatever status there is.
  absl::Status status{};
};

// A fault that was armed, and what it has seen. A handle: copies are one fault.
// Any thread.
class FaultPoint {
 public:
  // How many calls or messages came by; how many of them got the fault.
  uint64_t passed() const;
  uint64_t hit() const;
  // Goes away; what was counted stays.
  void Disarm();

 private:
  friend class FaultPoints;
  struct State;
  explicit FaultPoint(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

// An interceptor that breaks calls where and when a test says:
//
//   FaultPoints faults;
//   TestServer server(GreeterMount(handler, faults));
//   FaultPoint torn = faults.Arm(
//       {.place = FaultPlace::kSend,
//        .method = &GreeterMethods::kCount,
//        .message = 3,
//        .times = 1,
//        .status = absl::UnavailableError("torn")});
//   ...
//   EXPECT_EQ(torn.hit(), 1);
//
// All four kinds of calls, both styles. Faults are armed and disarmed at any
// time, also while calls are served. Where several are in one place, the first
// that was armed and wants the passage gets it. Where it stands in the list of
// interceptors, it is: put it last to break handlers, first to break calls as
// their interceptors see them. Without it in the list there is nothing at all.
//
// Copies share their faults. Any thread.
class FaultPoints {
 public:
  // How far a call has come.
  struct Progress {
    uint64_t received = 0;
    uint64_t sent = 0;
  };
  using Provides = Facts<Progress>;

  FaultPoints();

  // Throws std::invalid_argument for what can never be: a message of kStart or
  // kEnd, message 0, a probability that is none.
  FaultPoint Arm(FaultOptions options);
  void DisarmAll();

  absl::Status Before(Context& context);
  Task BeforeAsync(Context& context);
  template <class Request>
  absl::Status OnReceive(Context& context, const Request&) {
    return Pass(context, FaultPlace::kReceive);
  }
  template <class Response>
  absl::Status OnSend(Context& context, const Response&) {
    return Pass(context, FaultPlace::kSend);
  }
  void After(Context& context, absl::Status& status);

 private:
  struct State;

  // The fault that this passage gets; null: none.
  std::shared_ptr<FaultPoint::State> Next(Context& context, FaultPlace place);
  absl::Status Pass(Context& context, FaultPlace place);
  static Task Wait(std::shared_ptr<FaultPoint::State> point);

  std::shared_ptr<State> state_;
};

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_FAULT_POINTS_H_
