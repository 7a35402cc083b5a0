#ifndef HAWKMOUNT_BENCH_HARNESS_CPU_RUN_H_
#define HAWKMOUNT_BENCH_HARNESS_CPU_RUN_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "harness/server_process.h"

namespace hawkmount::bench {

inline constexpr int kServerCpu = 0;
inline constexpr int kClientCpu = 1;

// The command line of a server of the benchmarks, alone on its cpu.
std::vector<std::string> Pinned(
    const std::string& program, const std::string& model);

// A server under a load of unary calls, to be measured in turn with others. The
// client, this process, should be pinned to its own cpu.
class Contender {
 public:
  Contender(std::string name, const std::vector<std::string>& command);

  const std::string& name() const { return name_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  const ServerProcess& server() const { return server_; }

  // Server CPU microseconds a call, over one window in which nobody else used
  // the two cpus.
  double Measure(int in_flight);

 private:
  double MeasureWindow(int in_flight);

  std::string name_;
  ServerProcess server_;
  std::shared_ptr<grpc::Channel> channel_;
};

// The medians of `rounds` alternating windows of each, in their order; each is
// also printed.
std::vector<double> MedianCpu(
    const std::vector<Contender*>& contenders, int in_flight, int rounds);

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_CPU_RUN_H_
