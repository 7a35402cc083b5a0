// EXPECT: hawkmount: the interceptor's Before fits no method of the service
// EXPECT: make it public and take (hawkmount::Context& context)

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

class Handler final : public GreeterHandler {};

struct Auth {
  absl::Status Before(hawkmount::Context& context, int);
};

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler, Auth{}); }
