// EXPECT: hawkmount: the interceptor's OnReceive fits no method of the service

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

class Handler final : public GreeterHandler {};

class Validate {
 public:
  void Before(hawkmount::Context&) {}

 private:
  absl::Status OnReceive(hawkmount::Context&, SayHelloRequest&);
};

GreeterMount MountOf(Handler& handler) {
  return GreeterMount(handler, Validate{});
}
