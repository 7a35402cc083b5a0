// EXPECT: hawkmount: GreeterMount takes an object, not const, of a class that
// derives publicly from GreeterHandler REJECT: cannot be used

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

class Handler final {
 public:
  absl::Status SayHello(
      GreeterHandler::SayHelloContext&,
      const SayHelloRequest&,
      SayHelloResponse&) {
    return absl::OkStatus();
  }
};

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler); }
