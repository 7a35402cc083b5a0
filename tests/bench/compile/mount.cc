// A mount as a program makes it: alone, or with -DIN_CHAIN in three
// interceptors.

#include "greeter.hawkmount.pb.h"

namespace acme::greeter::v1 {

class Handler final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext&,
      const SayHelloRequest& request,
      SayHelloResponse& response) override {
    response.set_greeting(request.name());
    return absl::OkStatus();
  }
};

#ifdef IN_CHAIN
struct User {
  std::string name;
};
struct Auth {
  using Provides = hawkmount::Facts<User>;
  absl::Status Before(hawkmount::Context& context) {
    context.Set<User>("ann");
    return absl::OkStatus();
  }
};
struct RateLimit {
  using Needs = hawkmount::Facts<User>;
  absl::Status Before(hawkmount::Context& context) {
    if (!context.Get<User>()->name.empty()) return absl::OkStatus();
    return absl::ResourceExhaustedError("slower, please");
  }
};
struct Validate {
  absl::Status OnReceive(hawkmount::Context&, const SayHelloRequest& request) {
    if (!request.name().empty()) return absl::OkStatus();
    return absl::InvalidArgumentError("a name, please");
  }
};

hawkmount::Mount MakeMount(Handler& handler) {
  return GreeterMount(handler, Auth{}, RateLimit{}, Validate{});
}
#else
hawkmount::Mount MakeMount(Handler& handler) { return GreeterMount(handler); }
#endif

}  // namespace acme::greeter::v1
