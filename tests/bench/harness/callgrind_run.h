#ifndef HAWKMOUNT_BENCH_HARNESS_CALLGRIND_RUN_H_
#define HAWKMOUNT_BENCH_HARNESS_CALLGRIND_RUN_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

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

// Says once and for all whether callgrind is there; ends the benchmark if not.
void RequireCallgrind();

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_CALLGRIND_RUN_H_
