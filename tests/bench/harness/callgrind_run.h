#ifndef HAWKMOUNT_BENCH_HARNESS_CALLGRIND_RUN_H_
#define HAWKMOUNT_BENCH_HARNESS_CALLGRIND_RUN_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/unary_load.h"

namespace hawkmount::bench {

// What to count instructions of: a server's command line, without the flags of
// the window, and the load that makes it count `warm + counted` calls or
// messages. The load says whether all went well.
struct CallgrindRun {
  std::vector<std::string> server;
  long warm = 300;
  long counted = 3000;
  std::function<bool(const std::shared_ptr<grpc::Channel>&)> load;
};

// Instructions of the whole server process for one counted call or message. The
// client, this process, runs natively.
double CountInstructions(const CallgrindRun& run);

// Instructions of a program that runs to its end, in the window that it sets
// itself.
double CountProgram(const std::vector<std::string>& command);

// The medians of `rounds` alternating rounds over `runs`, by name; each is also
// printed.
std::map<std::string, double> MedianInstructions(
    const std::map<std::string, CallgrindRun>& runs, int rounds);

// The usual load: unary calls, some at a time; more than are counted by
// default, so that the window ends under full load.
template <class Method, int kInFlight>
bool LoadUnary(const std::shared_ptr<grpc::Channel>& channel) {
  constexpr long kCalls = 300 + 3000 + 4 * kInFlight;
  UnaryLoad<Method> load(channel, kInFlight);
  return load.RunCalls(kCalls).answered() == kCalls;
}

// Says once and for all whether callgrind is there; ends the benchmark if not.
void RequireCallgrind();

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_CALLGRIND_RUN_H_
