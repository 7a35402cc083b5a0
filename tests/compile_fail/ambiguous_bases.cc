// EXPECT: hawkmount: the handler's SayHello cannot be used
// EXPECT: or has two bases with it, override this one too
// EXPECT: using GreeterHandler::SayHello;

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

class AnotherBase {
 public:
  virtual ~AnotherBase() = default;
  virtual absl::Status SayHello(int times);
};

class Handler final : public GreeterHandler, public AnotherBase {};

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler); }
