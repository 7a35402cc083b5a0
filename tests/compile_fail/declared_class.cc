// EXPECT: derives publicly from GreeterHandler and is defined here
// REJECT: cannot be used

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

class Handler;

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler); }
