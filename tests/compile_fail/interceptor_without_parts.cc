// EXPECT: hawkmount: this is no interceptor: it has no Before, OnReceive,
// OnSend EXPECT: or After

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

class Handler final : public GreeterHandler {};

struct Auth {
  absl::Status before(hawkmount::Context&);
};

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler, Auth{}); }
