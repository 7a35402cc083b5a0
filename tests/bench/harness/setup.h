#ifndef HAWKMOUNT_BENCH_HARNESS_SETUP_H_
#define HAWKMOUNT_BENCH_HARNESS_SETUP_H_

#include <string>
#include <string_view>
#include <vector>

namespace hawkmount::bench {

// Whether this is the setup that known figures, like the baselines of
// rpc_instructions, are of: Debian 12's own gRPC 1.51.1 and protobuf 3.21.12 on
// x86-64, and code compiled by g++ 12 with -O2.
bool IsReferenceSetup();

// "gRPC 1.51.1, protobuf 3.21.12, g++ 12.2.0 -O2 -DNDEBUG, 2 cpus"
std::string DescribeSetup();

// The path of a program, from PATH; ends the benchmark when there is none.
std::string RequireProgram(std::string_view name);

// Ends the benchmark when there are fewer cpus, as the two ends of a
// measurement would share one.
void RequireCpus(int count);

// Keeps this process, and what it starts later, on one cpu.
void PinToCpu(int cpu);

// Prints the setup when made, and when it goes what share of the machine's time
// the hypervisor gave to others.
class Surroundings {
 public:
  Surroundings();
  ~Surroundings();
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

 private:
  struct CpuTicks {
    double all = 0;
    double steal = 0;
  };
  static CpuTicks ReadTicks();

  CpuTicks start_;
};

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_SETUP_H_
