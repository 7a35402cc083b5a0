// Serves the greeter with health and reflection on the port that is named:
//   hawkmount-services-server PORT
// A readiness check of it fails as long as the file at $NOT_READY is there.
// With server.crt and server.key in $TLS_FILES it serves TLS.

#include <cstdlib>
#include <filesystem>
#include <string>

#include "greeter.hawkmount.pb.h"
#include "hawkmount/app.h"

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
  Greeter greeter;
  hawkmount::App app;
  hawkmount::MountOptions options{
      .host = "127.0.0.1", .port = std::atoi(argv[1]), .reflection = true};
  if (const char* files = std::getenv("TLS_FILES")) {
    options.tls = {
        .certificate_file = std::string(files) + "/server.crt",
        .key_file = std::string(files) + "/server.key"};
  }
  app.Mount(v1::GreeterMount(greeter), options);
  if (const char* not_ready = std::getenv("NOT_READY")) {
    app.AddReadinessCheck("file", [not_ready] {
      return std::filesystem::exists(not_ready)
                 ? absl::UnavailableError("the file is there")
                 : absl::OkStatus();
    });
  }
  return app.Run();
}
