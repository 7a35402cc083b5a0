#include "harness/process_stats.h"

#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "harness/claims.h"

namespace hawkmount::bench {

double CpuSeconds(pid_t pid) {
  clockid_t clock;
  timespec time;
  if (clock_getcpuclockid(pid, &clock) != 0 ||
      clock_gettime(clock, &time) != 0) {
    CannotRun("no CPU clock of the server: it is gone, or not readable");
  }
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) * 1e-9;
}

double BusySeconds(int cpu) {
  const std::string wanted = "cpu" + std::to_string(cpu);
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    double user, nice, system, idle, iowait, irq, softirq, steal;
    if (words >> name && name == wanted &&
        words >> user >> nice >> system >> idle >> iowait >> irq >> softirq >>
            steal) {
      return (user + nice + system + steal) /
             static_cast<double>(sysconf(_SC_CLK_TCK));
    }
  }
  CannotRun("nothing of " + wanted + " in /proc/stat");
}

ProcessSize SizeOf(pid_t pid) {
  ProcessSize size;
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    std::sscanf(line.c_str(), "VmRSS: %ld", &size.resident_kb);
    std::sscanf(line.c_str(), "Threads: %ld", &size.threads);
  }
  return size;
}

}  // namespace hawkmount::bench
