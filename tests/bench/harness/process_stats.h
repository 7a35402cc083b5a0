#ifndef HAWKMOUNT_BENCH_HARNESS_PROCESS_STATS_H_
#define HAWKMOUNT_BENCH_HARNESS_PROCESS_STATS_H_

#include <sys/types.h>

namespace hawkmount::bench {

// The CPU time that a process has used so far, in seconds.
double CpuSeconds(pid_t pid);

struct ProcessSize {
  long resident_kb = 0;
  long threads = 0;
};
ProcessSize SizeOf(pid_t pid);

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_PROCESS_STATS_H_
