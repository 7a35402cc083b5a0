// Serves gRPC's interop test services through generated mounts, for any
// language's interop client.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "handlers.h"
#include "hawkmount/app.h"

namespace {

template <class Handler>
int Serve(
    hawkmount::AppOptions options, hawkmount::MountOptions mount_options) {
  Handler handler;
  interop::UnimplementedTest unimplemented;
  hawkmount::App app(std::move(options));
  app.Mount(grpc::testing::TestServiceMount(handler), mount_options);
  app.Mount(
      grpc::testing::UnimplementedServiceMount(unimplemented), mount_options);
  return app.Run();
}

}  // namespace

int main(int argc, char** argv) {
  int port = 50051;
  int http_port = -1;
  std::string style = "coroutine";
  std::string observability = "on";
  CLI::App flags("Serves gRPC's interop test services.");
  flags.add_option("--port", port, "of gRPC, on all addresses")
      ->check(CLI::Range(1, 65535))
      ->capture_default_str();
  flags.add_option("--http-port", http_port, "of /metrics; -1: none")
      ->capture_default_str();
  flags.add_option("--style", style, "of the handlers")
      ->check(CLI::IsMember({"blocking", "coroutine", "mixed"}))
      ->capture_default_str();
  flags.add_option("--observability", observability, "the hooks")
      ->check(CLI::IsMember({"on", "off"}))
      ->capture_default_str();
  CLI11_PARSE(flags, argc, argv);

  hawkmount::AppOptions options{.http = {.port = http_port}};
  const hawkmount::MountOptions mount{
      .port = port, .observability = observability == "on"};
  if (style == "blocking") return Serve<interop::BlockingTest>(options, mount);
  if (style == "mixed") return Serve<interop::MixedTest>(options, mount);
  return Serve<interop::CoroutineTest>(options, mount);
}
