#include "app/signals.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace hawkmount::app {
namespace {

constexpr int kSignals[] = {SIGTERM, SIGINT};

std::atomic<int> g_eventfd{-1};
std::atomic<int> g_caught{0};
struct sigaction g_previous[2];

void OnSignal(int signal) {
  const int saved_errno = errno;
  if (g_caught.exchange(signal) != 0) _exit(128 + signal);
  const uint64_t one = 1;
  [[maybe_unused]] ssize_t written = write(g_eventfd, &one, sizeof(one));
  errno = saved_errno;
}

}  // namespace

SignalCatcher::SignalCatcher(int eventfd) {
  g_caught = 0;
  g_eventfd = eventfd;
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  for (int i = 0; i < 2; ++i) sigaction(kSignals[i], &action, &g_previous[i]);
}

SignalCatcher::~SignalCatcher() {
  for (int i = 0; i < 2; ++i) sigaction(kSignals[i], &g_previous[i], nullptr);
  g_eventfd = -1;
}

int SignalCatcher::caught() { return g_caught; }

}  // namespace hawkmount::app
