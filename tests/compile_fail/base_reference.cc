// EXPECT: hawkmount: a reference to GreeterHandler does not show which methods
// are overridden EXPECT: say the styles: GreeterMount(handler, {.Method =
// hawkmount::kBlocking})

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

GreeterMount MountOf(GreeterHandler& handler) { return GreeterMount(handler); }
