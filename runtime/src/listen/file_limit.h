#ifndef HAWKMOUNT_LISTEN_FILE_LIMIT_H_
#define HAWKMOUNT_LISTEN_FILE_LIMIT_H_

#include <cstddef>

#include "absl/status/statusor.h"

namespace hawkmount::listen {

// Raises the process's soft limit of open files (RLIMIT_NOFILE) to the hard
// one, and tells the limit that is then in force. Never lowers it.
absl::StatusOr<size_t> RaiseFileLimit();

// The limit in force.
size_t FileLimit();

// How many connections a server may have open by default, with this limit: what
// is left after 64 files and a tenth for the process itself; after three
// quarters where that would be more.
size_t DefaultMaxConnections(size_t file_limit);

}  // namespace hawkmount::listen

#endif  // HAWKMOUNT_LISTEN_FILE_LIMIT_H_
