// EXPECT: hawkmount: WhoNeedsIt has the Fact in its Needs, but no interceptor
// EXPECT: before it has it in its Provides
// EXPECT: UserId

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

struct UserId {};

class Handler final : public GreeterHandler {
 public:
  using Needs = hawkmount::Facts<UserId>;
};

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler); }
