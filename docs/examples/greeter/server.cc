// Serves acme.greeter.v1.Greeter: two methods in blocking style, two as
// coroutines.

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>

#include "greeter.hawkmount.pb.h"
#include "hawkmount/app.h"
#include "hawkmount/await.h"

namespace {

using namespace acme::greeter::v1;
using std::chrono_literals::operator""ms;

class PoliteGreeter final : public GreeterHandler {
 public:
  // Blocking: on a worker thread, where it may wait for a disk or a database.
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

  // A coroutine: waits without holding a thread, so that any number of callers
  // may count at the same time.
  hawkmount::Task CountAsync(
      CountContext&,
      const CountRequest& request,
      CountAsyncStream& stream) override {
    CountResponse response;
    for (uint32_t number = 1; number <= request.up_to(); ++number) {
      response.set_number(number);
      if (!co_await stream.Write(response)) break;
      if (!co_await hawkmount::Sleep(100ms)) break;
    }
    co_return absl::OkStatus();
  }

  absl::Status Collect(
      CollectContext& context,
      CollectStream& stream,
      CollectResponse& response) override {
    CollectRequest request;
    while (stream.Read(request)) response.add_names(request.name());
    return context.AddTrailingMetadata(
        "collected", std::to_string(response.names_size()));
  }

  hawkmount::Task ChatAsync(ChatContext&, ChatAsyncStream& stream) override {
    ChatRequest request;
    ChatResponse response;
    while (co_await stream.Read(request)) {
      response.set_line("You said: " + request.line());
      if (!co_await stream.Write(response)) break;
    }
    co_return absl::OkStatus();
  }
};

// 1 when the app would not start.
int CheckConfig(const hawkmount::App& app) {
  int result = 0;
  for (const hawkmount::Finding& finding : app.Check()) {
    std::cout << ToString(finding.severity) << " " << finding.id << ": "
              << finding.what << "\n  " << finding.fix << "\n";
    if (finding.severity == hawkmount::Finding::Severity::kError) result = 1;
  }
  return result;
}

// A flag that takes seconds, as "1.5".
template <class Time>
void AddTime(CLI::App& flags, const std::string& name, Time& time) {
  flags.add_option_function<double>(
      name,
      [&time](double seconds) {
        time = std::chrono::milliseconds(static_cast<int64_t>(seconds * 1e3));
      },
      "in seconds");
}

}  // namespace

int main(int argc, char** argv) {
  hawkmount::AppOptions app_options;
  app_options.http.port = 9464;
  hawkmount::MountOptions mount_options;
  hawkmount::ConnectionOptions& connection = mount_options.connection;
  bool check = false;
  CLI::App flags("Serves acme.greeter.v1.Greeter.");
  flags.add_option("--host", mount_options.host, "to listen on")
      ->capture_default_str();
  flags.add_option("--port", mount_options.port, "of gRPC; 0: any")
      ->capture_default_str();
  flags.add_option("--http-port", app_options.http.port, "of /metrics; 0: any")
      ->capture_default_str();
  flags.add_flag("--reflection", mount_options.reflection, "serves reflection");
  AddTime(flags, "--drain-delay", app_options.drain_delay);
  AddTime(flags, "--grace", app_options.grace);
  AddTime(flags, "--max-connection-age", connection.max_connection_age);
  AddTime(
      flags, "--max-connection-age-grace", connection.max_connection_age_grace);
  flags.add_flag(
      "--check-config", check, "says what could be better, and ends");
  CLI11_PARSE(flags, argc, argv);

  PoliteGreeter greeter;
  hawkmount::App app(app_options);
  app.Mount(GreeterMount(greeter), mount_options);
  if (check) return CheckConfig(app);
  return app.Run();
}
