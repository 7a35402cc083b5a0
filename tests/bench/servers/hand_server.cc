// A server written by hand over one of gRPC's own interfaces: `hand_server
// completion_queue|callback|sync`. The callback server takes `--log FILE`
// and `--chain guarded|by_hand`.

#include <cstdio>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "servers/hand_servers.h"
#include "servers/server_flags.h"

int main(int argc, char** argv) {
  namespace bench = hawkmount::bench;
  const bench::ServerFlags flags = bench::ParseServerFlags(argc, argv);
  if (flags.tuned) {
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  }
  bench::CallgrindWindow window(flags.warm, flags.counted);
  if (flags.model == "completion_queue") {
    bench::ServeUntilInputEnds(bench::StartCompletionQueueServer(window));
  } else if (flags.model == "callback") {
    bench::InterceptorFactories interceptors;
    if (flags.chain == "guarded") interceptors = bench::MakeGuards();
    if (!flags.log.empty()) {
      interceptors.push_back(bench::MakeObservingFactory(flags.log));
    }
    bench::ServeUntilInputEnds(bench::StartCallbackServer(
        window, std::move(interceptors), flags.chain == "by_hand"));
  } else if (flags.model == "sync") {
    bench::ServeUntilInputEnds(bench::StartSyncServer(window));
  }
  std::fprintf(stderr, "no model %s\n", flags.model.c_str());
  return 2;
}
