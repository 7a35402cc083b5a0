#ifndef HAWKMOUNT_BENCH_SERVERS_GUARDED_MOUNT_H_
#define HAWKMOUNT_BENCH_SERVERS_GUARDED_MOUNT_H_

#include <memory>
#include <vector>

#include "bench.hawkmount.pb.h"
#include "hawkmount/interceptor.h"
#include "servers/callgrind_window.h"

namespace hawkmount::bench {

// A handler inside of three interceptors: a token, a rate, a look at the
// request. A call that is refused counts for the window, too.
EchoMount GuardedMount(
    EchoHandler& handler, const EchoStyles& styles, CallgrindWindow& window);

// Inside of one that does something in another method alone.
EchoMount MountGuardedElsewhere(EchoHandler& handler, const EchoStyles& styles);

// The three for MountOptions::interceptors.
std::vector<std::shared_ptr<Interceptor>> ListedGuards(CallgrindWindow& window);

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_SERVERS_GUARDED_MOUNT_H_
