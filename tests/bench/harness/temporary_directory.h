#ifndef HAWKMOUNT_BENCH_HARNESS_TEMPORARY_DIRECTORY_H_
#define HAWKMOUNT_BENCH_HARNESS_TEMPORARY_DIRECTORY_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "harness/claims.h"

namespace hawkmount::bench {

// A directory that goes with this, and with all that is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    char name[] = "/tmp/hawkmount-bench-XXXXXX";
    if (mkdtemp(name) == nullptr) CannotRun("cannot write to /tmp");
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_TEMPORARY_DIRECTORY_H_
