// Instructions of a server for one call or message, under callgrind, with 16
// calls in flight: hawkmount beside servers written by hand over each of gRPC's
// three interfaces. Medians of runs that alternate.

#include <CLI/CLI.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "harness/callgrind_run.h"
#include "harness/claims.h"
#include "harness/server_process.h"
#include "harness/setup.h"
#include "harness/stream_load.h"
#include "harness/unary_load.h"

namespace hawkmount::bench {
namespace {

constexpr int kInFlight = 16;

bool LoadDownloads(const std::shared_ptr<grpc::Channel>& channel) {
  return RunDownloads(channel, kInFlight, 1000);
}
bool LoadChats(const std::shared_ptr<grpc::Channel>& channel) {
  return RunChats(channel, kInFlight, 250);
}

std::vector<std::string> Hand(const std::string& model) {
  return {BesideMe("hand_server"), model};
}
std::vector<std::string> Ours(const std::string& model) {
  return {BesideMe("hawkmount_server"), model};
}
std::vector<std::string> Tuned(std::vector<std::string> command) {
  command.push_back("--tuned");
  return command;
}

// Every run, by name. Streams count messages.
std::map<std::string, CallgrindRun> AllRuns() {
  const auto small = LoadUnary<SmallUnary, kInFlight>;
  const auto large = LoadUnary<LargeUnary, kInFlight>;
  return {
      {"hand completion_queue", {Hand("completion_queue"), 300, 3000, small}},
      {"hand callback", {Hand("callback"), 300, 3000, small}},
      {"hand sync", {Hand("sync"), 300, 3000, small}},
      {"coroutine", {Ours("coroutine"), 300, 3000, small}},
      {"ready task", {Ours("ready"), 300, 3000, small}},
      {"blocking", {Ours("blocking"), 300, 3000, small}},
      {"hand completion_queue tuned",
       {Tuned(Hand("completion_queue")), 300, 3000, small}},
      {"hand callback tuned", {Tuned(Hand("callback")), 300, 3000, small}},
      {"hand sync tuned", {Tuned(Hand("sync")), 300, 3000, small}},
      {"coroutine tuned", {Tuned(Ours("coroutine")), 300, 3000, small}},
      {"hand download", {Hand("completion_queue"), 3000, 12000, LoadDownloads}},
      {"download", {Ours("coroutine"), 3000, 12000, LoadDownloads}},
      {"hand chat", {Hand("completion_queue"), 300, 3000, LoadChats}},
      {"chat", {Ours("coroutine"), 300, 3000, LoadChats}},
      {"hand nested", {Hand("completion_queue"), 300, 3000, large}},
      {"nested", {Ours("coroutine"), 300, 3000, large}},
  };
}

// The servers written by hand must cost what they are known to cost, or what is
// divided by them means nothing.
void CheckBaselines(const std::map<std::string, double>& medians) {
  if (!IsReferenceSetup()) {
    Note("another setup than the reference: its baselines are not checked");
    return;
  }
  const std::map<std::string, double> known = {
      {"hand completion_queue", 51300},
      {"hand callback", 55900},
      {"hand sync", 68000},
  };
  for (const auto& [name, instructions] : known) {
    const double measured = medians.at(name);
    if (std::abs(measured / instructions - 1) > 0.03) {
      CannotRun(absl::StrFormat(
          "%s takes %.0f instructions a call here, not the known %.0f +- 3 %%",
          name,
          measured,
          instructions));
    }
  }
}

int Main(int argc, char** argv) {
  int rounds = 5;
  bool baselines = false;
  CLI::App app("Instructions a call, under callgrind.");
  app.add_option("--rounds", rounds, "alternating runs of each server");
  app.add_flag("--baselines", baselines, "only the servers written by hand");
  CLI11_PARSE(app, argc, argv);

  const Surroundings surroundings;
  RequireCallgrind();
  std::map<std::string, CallgrindRun> runs = AllRuns();
  if (baselines) {
    std::erase_if(
        runs, [](const auto& run) { return run.first.rfind("hand ", 0) != 0; });
  }
  const std::map<std::string, double> medians =
      MedianInstructions(runs, rounds);
  CheckBaselines(medians);
  if (baselines) return 0;

  const auto ratio = [&](const std::string& ours, const std::string& theirs) {
    return medians.at(ours) / medians.at(theirs);
  };
  Claims claims;
  const auto claim = [&](const std::string& ours,
                         const std::string& theirs,
                         double bound) {
    const std::string name = "rpc_instructions." + ours + "/" + theirs;
    claims.AtMost(
        absl::StrReplaceAll(name, {{" ", "_"}}), ratio(ours, theirs), bound);
  };
  claim("coroutine", "hand completion_queue", 0.99);
  claim("coroutine", "hand callback", 0.88);
  claim("coroutine", "hand sync", 0.74);
  claim("coroutine tuned", "hand completion_queue tuned", 0.99);
  claim("coroutine tuned", "hand callback tuned", 0.88);
  claim("coroutine tuned", "hand sync tuned", 0.74);
  claim("coroutine", "ready task", 1.01);
  claim("download", "hand download", 1.02);
  claim("chat", "hand chat", 1.02);
  claim("nested", "hand nested", 0.60);
  Note(absl::StrFormat(
      "blocking/hand sync %.3f (not a claim: instructions hide what a futex "
      "costs, see the benchmark `blocking`)",
      ratio("blocking", "hand sync")));
  return claims.exit_code();
}

}  // namespace
}  // namespace hawkmount::bench

int main(int argc, char** argv) { return hawkmount::bench::Main(argc, argv); }
