#include "app/signals.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace hawkmount::app {
namespace {

constexpr std::array<int, 4> kSignals = {SIGTERM, SIGINT, SIGQUIT, SIGPIPE};

// Of those who are to be told, plus one; 0: nobody.
std::array<std::atomic<int>, 64> g_eventfds{};
std::atomic<int> g_caught{0};
std::atomic<pid_t> g_process{0};

std::mutex g_mutex;
int g_catchers = 0;
std::array<struct sigaction, kSignals.size()> g_previous;

void OnSignal(int signal) {
  if (signal == SIGPIPE) return;
  const int saved_errno = errno;
  if (getpid() != g_process) {
    // A child that has run nothing else yet: the eventfds are its parent's.
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    sigaction(signal, &standard, nullptr);
    raise(signal);
    errno = saved_errno;
    return;
  }
  if (g_caught.exchange(signal) != 0) _exit(128 + signal);
  const uint64_t one = 1;
  for (const std::atomic<int>& eventfd : g_eventfds) {
    const int fd = eventfd.load() - 1;
    if (fd < 0) continue;
    [[maybe_unused]] ssize_t written = write(fd, &one, sizeof(one));
  }
  errno = saved_errno;
}

void Install() {
  g_caught = 0;
  g_process = getpid();
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  for (size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], nullptr, &g_previous[i]);
    if (g_previous[i].sa_handler == SIG_IGN) continue;
    // A broken pipe is nobody's end; who has a handler for it keeps it. Not
    // SIG_IGN, which programs that are started from here would inherit.
    if (kSignals[i] == SIGPIPE && g_previous[i].sa_handler != SIG_DFL) continue;
    sigaction(kSignals[i], &action, nullptr);
  }
}

}  // namespace

SignalCatcher::SignalCatcher(int eventfd) : place_(-1) {
  std::lock_guard lock(g_mutex);
  for (size_t i = 0; i < g_eventfds.size() && place_ < 0; ++i) {
    if (g_eventfds[i] == 0) place_ = static_cast<int>(i);
  }
  if (place_ < 0) {
    std::fprintf(stderr, "hawkmount: more than 64 apps run at a time\n");
    std::abort();
  }
  g_eventfds[static_cast<size_t>(place_)] = eventfd + 1;
  if (++g_catchers == 1) Install();
}

SignalCatcher::~SignalCatcher() {
  std::lock_guard lock(g_mutex);
  if (--g_catchers == 0) {
    for (size_t i = 0; i < kSignals.size(); ++i) {
      sigaction(kSignals[i], &g_previous[i], nullptr);
    }
  }
  g_eventfds[static_cast<size_t>(place_)] = 0;
}

int SignalCatcher::caught() { return g_caught; }

}  // namespace hawkmount::app
