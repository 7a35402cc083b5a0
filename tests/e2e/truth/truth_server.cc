// A server whose books are to be checked: both styles of the greeter inside of
// interceptors, few workers, a short queue, so that calls are refused, too.
//
//   truth_server BLOCKING_PORT COROUTINE_PORT HTTP_PORT BUFFER_BYTES LAST_PAGE
//
// Logs to standard output. After SIGTERM it drains, then writes the last page
// of its metrics to a file. A call that its interceptors saw begin and not end,
// or end twice, makes it fail.

#include <signal.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "deeds.h"
#include "handlers.h"

namespace {

using std::chrono_literals::operator""s;

// Few of either, so that some calls wait and some are refused.
constexpr size_t kWorkers = 3;
constexpr size_t kQueue = 2;

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "truth_server: %s\n", status.ToString().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(
        stderr,
        "usage: truth_server BLOCKING_PORT COROUTINE_PORT HTTP_PORT "
        "BUFFER_BYTES LAST_PAGE\n");
    return 2;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  e2e::BlockingGreeter blocking;
  e2e::CoroutineGreeter coroutine;
  const auto passing = std::make_shared<truth::Passing>();
  hawkmount::App app({
      .http = {.host = "127.0.0.1", .port = std::atoi(argv[3])},
      .event_threads = 2,
      .max_workers = kWorkers,
      .max_queue = kQueue,
      .log = {.buffer_bytes = static_cast<size_t>(std::atoll(argv[4]))},
  });
  app.Mount(
      truth::MountWithDeeds(blocking, passing),
      {.host = "127.0.0.1", .port = std::atoi(argv[1])});
  app.Mount(
      truth::MountWithDeeds(coroutine, passing),
      {.host = "127.0.0.1", .port = std::atoi(argv[2])});
  if (absl::Status status = app.Start(); !status.ok()) return Fail(status);

  int signal = 0;
  sigwait(&signals, &signal);
  if (absl::Status status = app.Shutdown(1s); !status.ok()) return Fail(status);
  if (!passing->Balanced()) {
    return Fail(absl::InternalError("the interceptors lost or made a call"));
  }
  std::ofstream page(argv[5]);
  page << app.MetricsText();
  page.close();
  return page ? 0 : 1;
}
