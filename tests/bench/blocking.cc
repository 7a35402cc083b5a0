// What a call of a blocking handler costs: server CPU, the server alone on one
// cpu and the client on another. Medians of windows that alternate.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "harness/claims.h"
#include "harness/cpu_run.h"
#include "harness/process_stats.h"
#include "harness/setup.h"
#include "harness/unary_load.h"

namespace hawkmount::bench {
namespace {

// The median of `first` divided by that of `second`.
double Compare(Contender& first, Contender& second, int in_flight, int rounds) {
  const std::vector<double> medians =
      MedianCpu({&first, &second}, in_flight, rounds);
  return medians[0] / medians[1];
}

// Has many workers started, and then leaves them with nothing to do.
void ParkWorkers(Contender& mixed) {
  const long before = SizeOf(mixed.server().pid()).threads;
  UnaryLoad<LargeUnary> load(mixed.channel(), 16);
  if (load.RunCalls(32).failed != 0) CannotRun("calls failed");
  const long after = SizeOf(mixed.server().pid()).threads;
  Note(absl::StrFormat("parked workers: %d", after - before));
  if (after < before + 8) CannotRun("the server started no workers");
}

int Main(int argc, char** argv) {
  int rounds = 9;
  CLI::App app("CPU of blocking handlers.");
  app.add_option("--rounds", rounds, "alternating windows of each server");
  CLI11_PARSE(app, argc, argv);

  const Surroundings surroundings;
  RequireCpus(2);
  Claims claims;
  PinToCpu(kClientCpu);
  {
    Contender ours("blocking", Pinned("hawkmount_server", "blocking"));
    Contender theirs("gRPC's sync server", Pinned("hand_server", "sync"));
    claims.AtMost(
        "blocking.cpu_64_in_flight/sync",
        Compare(ours, theirs, 64, rounds),
        0.85);
    claims.AtMost(
        "blocking.cpu_8_in_flight/sync",
        Compare(ours, theirs, 8, rounds),
        1.10);
  }
  Contender parked(
      "coroutine, parked workers", Pinned("hawkmount_server", "mixed"));
  Contender alone("coroutine", Pinned("hawkmount_server", "coroutine"));
  ParkWorkers(parked);
  for (const int in_flight : {64, 8}) {
    claims.AtMost(
        absl::StrFormat(
            "blocking.coroutine_cpu_%d_in_flight_with_idle_workers/without",
            in_flight),
        Compare(parked, alone, in_flight, rounds),
        1.05);
  }
  return claims.exit_code();
}

}  // namespace
}  // namespace hawkmount::bench

int main(int argc, char** argv) { return hawkmount::bench::Main(argc, argv); }
