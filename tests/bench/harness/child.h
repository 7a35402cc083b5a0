#ifndef HAWKMOUNT_BENCH_HARNESS_CHILD_H_
#define HAWKMOUNT_BENCH_HARNESS_CHILD_H_

#include <string>
#include <vector>

namespace hawkmount::bench {

// Runs a program, the first of `command`, to its end. The CPU time that it and
// its children used, in seconds. Ends the benchmark when the program fails.
double RunChild(const std::vector<std::string>& command);

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_CHILD_H_
