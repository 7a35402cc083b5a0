#include "system/thread.h"

#include <grpc/grpc.h>
#include <pthread.h>

#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace hawkmount::system {
namespace {

// gRPC 1.51 waits at its last shutdown for a thread of its timers that it could
// not start either, for ever: from the first shortage on there is no last one.
void KeepGrpc() {
  [[maybe_unused]] static const bool kept = [] {
    grpc_init();
    return true;
  }();
}

}  // namespace

absl::StatusOr<std::thread> StartThread(
    std::string_view name,
    std::string_view purpose,
    std::function<void()> run) {
  try {
    return std::thread(
        [name = std::string(name.substr(0, 15)), run = std::move(run)] {
          pthread_setname_np(pthread_self(), name.c_str());
          run();
        });
  } catch (const std::system_error& error) {
    KeepGrpc();
    return absl::ResourceExhaustedError(absl::StrCat(
        "cannot start the thread that ",
        std::string(purpose),
        ": ",
        error.what(),
        "; raise the limits of threads and of memory"));
  }
}

}  // namespace hawkmount::system
