#include "harness/child.h"

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "harness/claims.h"

extern char** environ;

namespace hawkmount::bench {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

double RunChild(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  pid_t pid;
  int status = -1;
  rusage usage = {};
  if (posix_spawn(
          &pid, arguments[0], nullptr, nullptr, arguments.data(), environ) ==
      0) {
    wait4(pid, &status, 0, &usage);
  }
  if (status != 0) {
    CannotRun(absl::StrCat("failed: ", absl::StrJoin(command, " ")));
  }
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

}  // namespace hawkmount::bench
