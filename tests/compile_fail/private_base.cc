// EXPECT: derives publicly from GreeterHandler
// REJECT: cannot be used

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

class Handler final : GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    return absl::OkStatus();
  }
};

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler); }
