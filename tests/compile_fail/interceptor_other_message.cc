// EXPECT: hawkmount: the interceptor's OnSend fits no method of the service
// EXPECT: with the type of a response, google::protobuf::Message or auto

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

class Handler final : public GreeterHandler {};

struct Sign {
  absl::Status OnSend(hawkmount::Context& context, SayHelloRequest& request);
};

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler, Sign{}); }
