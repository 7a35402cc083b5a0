#ifndef HAWKMOUNT_BENCH_SERVERS_SERVED_APP_H_
#define HAWKMOUNT_BENCH_SERVERS_SERVED_APP_H_

#include <memory>
#include <vector>

#include "hawkmount/interceptor.h"
#include "hawkmount/mount.h"
#include "servers/server_flags.h"

namespace hawkmount::bench {

// Serves a mount, hooks on or off by the flags, for as long as the process
// lives. Returns the port.
int StartApp(
    const Mount& mount,
    const ServerFlags& flags,
    std::vector<std::shared_ptr<Interceptor>> listed = {});

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_SERVERS_SERVED_APP_H_
