// EXPECT: hawkmount: the handler's SayHelloAsync cannot be used
// EXPECT: override this one too

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

// Without `override` nothing else tells that the response is not const.
class Handler final : public GreeterHandler {
 public:
  hawkmount::Task SayHelloAsync(
      SayHelloContext&, const SayHelloRequest&, const SayHelloResponse&) {
    return absl::OkStatus();
  }
};

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler); }
