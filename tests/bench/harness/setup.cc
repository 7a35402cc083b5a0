#include "harness/setup.h"

#include <google/protobuf/stubs/common.h>
#include <grpcpp/grpcpp.h>
#include <sched.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "harness/claims.h"

namespace hawkmount::bench {
namespace {

std::string FirstLineWith(const std::string& path, std::string_view start) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(start, 0) == 0) return line;
  }
  return "";
}

bool IsDebian12() {
  return FirstLineWith("/etc/os-release", "ID=") == "ID=debian" &&
         FirstLineWith("/etc/os-release", "VERSION_ID=") == "VERSION_ID=\"12\"";
}

int Cpus() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace

bool IsReferenceSetup() {
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
  const std::string flags = absl::StrCat(" ", HAWKMOUNT_BENCH_CXX_FLAGS, " ");
  return IsDebian12() && grpc::Version() == "1.51.1" &&
         GOOGLE_PROTOBUF_VERSION == 3021012 && __GNUC__ == 12 &&
         flags.find(" -O2 ") != std::string::npos &&
         flags.find(" -fsanitize") == std::string::npos;
#else
  return false;
#endif
}

std::string DescribeSetup() {
  return absl::StrCat(
      "gRPC ",
      grpc::Version(),
      ", protobuf ",
      google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION),
      ", compiler ",
      __VERSION__,
      ", flags ",
      HAWKMOUNT_BENCH_CXX_FLAGS,
      ", ",
      Cpus(),
      " cpus");
}

std::string RequireProgram(std::string_view name) {
  const char* path = std::getenv("PATH");
  const std::vector<std::string> directories =
      absl::StrSplit(path == nullptr ? "" : path, ':');
  for (const std::string& directory : directories) {
    const std::string file = directory + "/" + std::string(name);
    if (access(file.c_str(), X_OK) == 0) return file;
  }
  CannotRun(std::string(name) + " is not installed");
}

void RequireCpus(int count) {
  if (Cpus() < count) {
    CannotRun(absl::StrCat("needs ", count, " cpus, has ", Cpus()));
  }
}

void PinToCpu(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) {
    CannotRun(absl::StrCat("cannot pin a process to cpu ", cpu));
  }
}

Surroundings::Surroundings() : start_(ReadTicks()) {
  Note(DescribeSetup());
  Note(absl::StrCat("load average ", FirstLineWith("/proc/loadavg", "")));
}

Surroundings::~Surroundings() {
  const CpuTicks now = ReadTicks();
  const double all = now.all - start_.all;
  char text[80];
  std::snprintf(
      text,
      sizeof text,
      "steal %.2f %% of the machine's time",
      all > 0 ? 100 * (now.steal - start_.steal) / all : 0.0);
  Note(text);
}

Surroundings::CpuTicks Surroundings::ReadTicks() {
  std::istringstream line(FirstLineWith("/proc/stat", "cpu "));
  std::string name;
  line >> name;
  CpuTicks ticks;
  // user nice system idle iowait irq softirq steal
  for (int i = 0; i < 8; ++i) {
    double value = 0;
    line >> value;
    ticks.all += value;
    if (i == 7) ticks.steal = value;
  }
  return ticks;
}

}  // namespace hawkmount::bench
