// EXPECT: marked
// EXPECT: override

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

// Each method has a context of its own type.
class Handler final : public GreeterHandler {
 public:
  absl::Status SayHello(
      CountContext&, const SayHelloRequest&, SayHelloResponse&) override {
    return absl::OkStatus();
  }
};

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler); }
