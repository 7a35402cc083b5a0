// EXPECT: hawkmount: the interceptor's BeforeAsync is for coroutine handlers
// EXPECT: alone: give it a Before for blocking ones, too

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

class Handler final : public GreeterHandler {};

struct Auth {
  hawkmount::Task BeforeAsync(hawkmount::Context&) { return absl::OkStatus(); }
};

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler, Auth{}); }
