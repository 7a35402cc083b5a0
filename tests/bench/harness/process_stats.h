#ifndef HAWKMOUNT_BENCH_HARNESS_PROCESS_STATS_H_
#define HAWKMOUNT_BENCH_HARNESS_PROCESS_STATS_H_

#include <sys/types.h>

namespace hawkmount::bench {

// The CPU time that a process has used so far, in seconds.
double CpuSeconds(pid_t pid);

// The time that a cpu has spent in processes so far, and away from this machine
// for others of its host, in seconds; without what it spent in interrupts.
double BusySeconds(int cpu);

struct ProcessSize {
  long resident_kb = 0;
  long threads = 0;
};
ProcessSize SizeOf(pid_t pid);

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_PROCESS_STATS_H_
