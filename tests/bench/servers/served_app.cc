#include "servers/served_app.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "hawkmount/app.h"

namespace hawkmount::bench {
namespace {

// Only what breaks: standard output belongs to the benchmark.
std::shared_ptr<spdlog::logger> ErrorsOnly() {
  auto logger = std::make_shared<spdlog::logger>(
      "bench", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_level(spdlog::level::err);
  return logger;
}

}  // namespace

int StartApp(
    const Mount& mount,
    const ServerFlags& flags,
    std::vector<std::shared_ptr<Interceptor>> listed) {
  if (flags.tuned) TuneProcess();
  AppOptions options;
  // Else the app's own logger, which writes to standard output.
  if (flags.log.empty()) options.logger = ErrorsOnly();
  auto* app = new App(std::move(options));
  MountHandle& handle = app->Mount(
      mount,
      {.host = "127.0.0.1",
       .port = 0,
       .observability = flags.observed,
       .interceptors = std::move(listed)});
  if (const absl::Status status = app->Start(); !status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    std::exit(1);
  }
  return handle.port();
}

}  // namespace hawkmount::bench
