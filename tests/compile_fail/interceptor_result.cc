// EXPECT: hawkmount: Before, OnReceive and OnSend of an interceptor return
// EXPECT: nothing, an absl::Status or a hawkmount::Decision

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

class Handler final : public GreeterHandler {};

struct Auth {
  bool Before(hawkmount::Context&) { return true; }
};

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler, Auth{}); }
