// EXPECT: hawkmount: the handler's ChatAsync cannot be used
// EXPECT: make the override public

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

class Handler final : public GreeterHandler {
 protected:
  hawkmount::Task ChatAsync(ChatContext&, ChatAsyncStream&) override {
    return absl::OkStatus();
  }
};

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler); }
