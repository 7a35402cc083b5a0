// EXPECT: hawkmount: GreeterMount takes an object, not const,

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

class Handler final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    return absl::OkStatus();
  }
};

GreeterMount MountOf(const Handler& handler) { return GreeterMount(handler); }
