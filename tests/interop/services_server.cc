// Serves the greeter with health and reflection on the port that is named:
//   hawkmount-services-server PORT
// A readiness check of it fails as long as the file at $NOT_READY is there.

#include <cstdlib>
#include <filesystem>

#include "greeter.hawkmount.pb.h"
#include "hawkmount/app.h"
#include "health/service.h"
#include "reflection/service.h"

namespace {

namespace v1 = acme::greeter::v1;

class Greeter final : public v1::GreeterHandler {
 public:
  hawkmount::Task SayHelloAsync(
      SayHelloContext&,
      const v1::SayHelloRequest& request,
      v1::SayHelloResponse& response) override {
    response.set_greeting("Hello, " + request.name() + "!");
    return absl::OkStatus();
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const char* not_ready = std::getenv("NOT_READY");
  const auto board = std::make_shared<hawkmount::health::Board>();
  hawkmount::health::Service health(board, [not_ready] {
    return not_ready == nullptr || !std::filesystem::exists(not_ready);
  });
  Greeter greeter;
  const v1::GreeterMount mount(greeter);
  hawkmount::reflection::Service reflection({&mount, &health.mount()});

  hawkmount::App app;
  const hawkmount::MountOptions options{
      .host = "127.0.0.1", .port = std::atoi(argv[1])};
  hawkmount::MountOptions unobserved = options;
  unobserved.observability = false;
  app.Mount(mount, options);
  app.Mount(health.mount(), unobserved);
  app.Mount(reflection.mount(), unobserved);
  board->Begin({mount.service_name()});
  return app.Run();
}
