#include "greeter.hawkmount.pb.h"
#include "hawkmount/app.h"

using namespace acme::greeter::v1;

class PoliteGreeter final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext&,
      const SayHelloRequest& request,
      SayHelloResponse& response) override {
    if (request.name().empty()) {
      return absl::InvalidArgumentError("a greeting needs a name");
    }
    response.set_greeting("Hello, " + request.name() + "!");
    return absl::OkStatus();
  }
};

int main() {
  PoliteGreeter greeter;
  hawkmount::App app({.http = {.port = 9464}});
  app.Mount(GreeterMount(greeter), {.port = 50051});
  return app.Run();
}
