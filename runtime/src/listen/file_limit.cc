#include "listen/file_limit.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace hawkmount::listen {

absl::StatusOr<size_t> RaiseFileLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return absl::InternalError(
        absl::StrCat("cannot read the limit of open files: ", strerror(errno)));
  }
  if (limit.rlim_cur < limit.rlim_max) {
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
      return absl::InternalError(absl::StrCat(
          "cannot raise the limit of open files from ",
          before,
          " to ",
          limit.rlim_max,
          ": ",
          strerror(errno)));
    }
  }
  return static_cast<size_t>(limit.rlim_cur);
}

size_t FileLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  return static_cast<size_t>(limit.rlim_cur);
}

size_t DefaultMaxConnections(size_t file_limit) {
  const size_t reserve = 64 + file_limit / 10;
  const size_t quarter = std::max<size_t>(1, file_limit / 4);
  if (file_limit <= reserve) return quarter;
  return std::max(quarter, file_limit - reserve);
}

}  // namespace hawkmount::listen
