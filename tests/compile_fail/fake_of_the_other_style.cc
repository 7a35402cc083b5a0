// EXPECT: hawkmount: this fake is of the blocking style, and its functions
// EXPECT: are no coroutines: take the one of coroutine style, FakeAsync...
// REJECT: no match for

#include "greeter.hawkmount.testing.h"

using namespace acme::greeter::v1;  // NOLINT

void Answer(FakeGreeter& fake) {
  fake.OnSayHello().Do([](const SayHelloRequest&) -> hawkmount::Task {
    return absl::OkStatus();
  });
}
