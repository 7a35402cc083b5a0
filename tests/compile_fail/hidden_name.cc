// EXPECT: hawkmount: the handler's SayHello cannot be used
// EXPECT: if the class declares another function of that name
// EXPECT: using GreeterHandler::SayHello;

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

// Its SayHello hides the virtual function, and does not override it.
class Handler final : public GreeterHandler {
 public:
  absl::Status SayHello(const SayHelloRequest&) { return absl::OkStatus(); }
};

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler); }
