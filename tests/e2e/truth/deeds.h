#ifndef HAWKMOUNT_TESTS_E2E_TRUTH_DEEDS_H_
#define HAWKMOUNT_TESTS_E2E_TRUTH_DEEDS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "handlers.h"
#include "hawkmount/interceptor.h"

namespace truth {

// What interceptors do beyond passing calls on, where a caller asks for it with
// its "x-deed". What must come of each is in deeds.py.
inline constexpr char kDeedKey[] = "x-deed";
inline constexpr const char* kDeeds[] = {
    "refuse",
    "refuse_request",
    "refuse_response",
    "alter_request",
    "alter_response",
    "alter_status",
    "throw",
    "throw_request",
    "throw_response",
    "throw_after",
    "answer"};

inline bool Asked(const hawkmount::Context& context, std::string_view deed) {
  return context.metadata().Find(kDeedKey) == deed;
}

// The outermost: calls that came in go out again, each once.
class Passing {
 public:
  void Before(hawkmount::Context&) { ++begun_; }
  void After(hawkmount::Context&, absl::Status&) { ++ended_; }

  // When no call is under way.
  bool Balanced() const { return begun_ == ended_; }

 private:
  std::atomic<uint64_t> begun_{0};
  std::atomic<uint64_t> ended_{0};
};

// Each place of a chain has a code of its own, which nothing else gives.
struct Refusing {
  absl::Status Before(hawkmount::Context& context) {
    if (!Asked(context, "refuse")) return absl::OkStatus();
    return absl::PermissionDeniedError("refused");
  }
  absl::Status OnReceive(hawkmount::Context& context, const auto&) {
    if (!Asked(context, "refuse_request")) return absl::OkStatus();
    return absl::OutOfRangeError("refused");
  }
  absl::Status OnSend(hawkmount::Context& context, const auto&) {
    if (!Asked(context, "refuse_response")) return absl::OkStatus();
    return absl::FailedPreconditionError("refused");
  }
};

struct Altering {
  void OnReceive(hawkmount::Context& context, auto& request) {
    if (Asked(context, "alter_request")) Alter(request);
  }
  void OnSend(hawkmount::Context& context, auto& response) {
    if (Asked(context, "alter_response")) Alter(response);
  }
  void After(hawkmount::Context& context, absl::Status& status) {
    if (Asked(context, "alter_status")) status = absl::DataLossError("altered");
  }

 private:
  static void Alter(e2e::SayHelloRequest& m) { m.set_name("altered"); }
  static void Alter(e2e::CountRequest& m) { m.set_up_to(3); }
  static void Alter(e2e::CollectRequest& m) { m.set_name("altered"); }
  static void Alter(e2e::ChatRequest& m) { m.set_line("altered"); }
  static void Alter(e2e::SayHelloResponse& m) { m.set_greeting("altered"); }
  static void Alter(e2e::CountResponse& m) { m.set_number(7); }
  static void Alter(e2e::CollectResponse& m) { m.add_names("altered"); }
  static void Alter(e2e::ChatResponse& m) { m.set_line("altered"); }
};

struct Throwing {
  void Before(hawkmount::Context& context) { ThrowAt(context, "throw"); }
  void OnReceive(hawkmount::Context& context, const auto&) {
    ThrowAt(context, "throw_request");
  }
  void OnSend(hawkmount::Context& context, const auto&) {
    ThrowAt(context, "throw_response");
  }
  void After(hawkmount::Context& context, absl::Status&) {
    ThrowAt(context, "throw_after");
  }

 private:
  static void ThrowAt(
      const hawkmount::Context& context, std::string_view deed) {
    if (Asked(context, deed)) throw std::runtime_error("secret");
  }
};

// In the handler's place: with a response where the kind allows it.
struct Answering {
  hawkmount::Decision Before(hawkmount::Context& context) {
    const bool unary = context.method().kind == hawkmount::MethodKind::kUnary;
    if (unary || !Asked(context, "answer")) return absl::OkStatus();
    return hawkmount::Decision::Answered();
  }
  hawkmount::Decision OnReceive(
      hawkmount::Context& context,
      const e2e::SayHelloRequest&,
      e2e::SayHelloResponse& response) {
    if (!Asked(context, "answer")) return absl::OkStatus();
    response.set_greeting("answered");
    return hawkmount::Decision::Answered();
  }
};

template <class Greeter>
e2e::GreeterMount MountWithDeeds(
    Greeter& greeter, const std::shared_ptr<Passing>& passing) {
  return e2e::GreeterMount(
      greeter, passing, Refusing{}, Altering{}, Throwing{}, Answering{});
}

}  // namespace truth

#endif  // HAWKMOUNT_TESTS_E2E_TRUTH_DEEDS_H_
