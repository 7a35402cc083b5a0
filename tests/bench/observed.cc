// What observability costs, all of it: instructions of the whole server process
// for one unary call, under callgrind, with 16 calls in flight. Fully observed
// hawkmount (metrics, request ids, two log records a call with the peer,
// written to a file) beside the same unobserved, and beside servers written by
// hand. Medians of runs that alternate.

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "harness/callgrind_run.h"
#include "harness/claims.h"
#include "harness/cpu_run.h"
#include "harness/server_process.h"
#include "harness/setup.h"
#include "harness/temporary_directory.h"
#include "harness/unary_load.h"

namespace hawkmount::bench {
namespace {

constexpr int kInFlight = 16;

// A server, by the name that the claims have for it.
struct Server {
  std::string name;
  std::string program;
  std::vector<std::string> words;
};

std::vector<Server> Servers(const std::string& directory) {
  return {
      {"observed",
       "hawkmount_server",
       {"coroutine",
        "--observed",
        absl::StrCat("--log=", directory, "/hawkmount.log")}},
      {"off", "hawkmount_server", {"coroutine"}},
      {"callback", "hand_server", {"callback"}},
      {"sync", "hand_server", {"sync"}},
      {"as_people_write_it",
       "hand_server",
       {"callback", absl::StrCat("--log=", directory, "/people.log")}},
      {"completion_queue", "hand_server", {"completion_queue"}},
  };
}

std::vector<std::string> CommandOf(
    const Server& server, const std::string& setting) {
  std::vector<std::string> command = {BesideMe(server.program)};
  command.insert(command.end(), server.words.begin(), server.words.end());
  if (!setting.empty()) command.push_back(absl::StrCat("--", setting));
  return command;
}

void ClaimRatios(
    const std::map<std::string, double>& instructions,
    const std::string& setting,
    Claims& claims) {
  const std::map<std::string, double> bounds = {
      {"off", 1.025},
      {"callback", 0.90},
      {"sync", 0.76},
      {"as_people_write_it", 0.70},
      {"completion_queue", 1.01},
  };
  const std::string suffix = setting.empty() ? "" : absl::StrCat("_", setting);
  for (const auto& [name, bound] : bounds) {
    claims.AtMost(
        absl::StrCat("observed.observed", suffix, "/", name, suffix),
        instructions.at(absl::StrCat("observed", suffix)) /
            instructions.at(absl::StrCat(name, suffix)),
        bound);
  }
}

// Printed, not claimed: the ratios of time waver.
void NoteCpu(
    const std::vector<Server>& servers,
    const std::string& setting,
    int rounds) {
  std::vector<std::unique_ptr<Contender>> contenders;
  std::vector<Contender*> turns;
  for (const Server& server : servers) {
    std::vector<std::string> command = CommandOf(server, setting);
    command.push_back(absl::StrFormat("--cpu=%d", kServerCpu));
    contenders.push_back(std::make_unique<Contender>(
        setting.empty() ? server.name : absl::StrCat(server.name, " ", setting),
        command));
    turns.push_back(contenders.back().get());
  }
  const std::vector<double> medians = MedianCpu(turns, 64, rounds);
  for (size_t i = 1; i < servers.size(); ++i) {
    Note(absl::StrFormat(
        "CPU of observed/%s%s %.3f (not a claim)",
        servers[i].name,
        setting.empty() ? "" : absl::StrCat(", ", setting),
        medians[0] / medians[i]));
  }
}

int Main(int argc, char** argv) {
  int rounds = 5;
  int cpu_rounds = 7;
  CLI::App app("What observability costs.");
  app.add_option("--rounds", rounds, "alternating runs of each server");
  app.add_option(
      "--cpu-rounds", cpu_rounds, "alternating windows of CPU time; 0: none");
  CLI11_PARSE(app, argc, argv);

  const Surroundings surroundings;
  RequireCallgrind();
  const TemporaryDirectory directory;
  const std::vector<Server> servers = Servers(directory.path());
  const std::vector<std::string> settings = {"", "tuned"};
  std::map<std::string, CallgrindRun> runs;
  for (const std::string& setting : settings) {
    for (const Server& server : servers) {
      const std::string suffix =
          setting.empty() ? "" : absl::StrCat("_", setting);
      runs[absl::StrCat(server.name, suffix)] = {
          CommandOf(server, setting),
          300,
          3000,
          LoadUnary<SmallUnary, kInFlight>};
    }
  }
  const std::map<std::string, double> medians =
      MedianInstructions(runs, rounds);
  Claims claims;
  for (const std::string& setting : settings) {
    ClaimRatios(medians, setting, claims);
  }
  if (cpu_rounds > 0) {
    RequireCpus(2);
    PinToCpu(kClientCpu);
    for (const std::string& setting : settings) {
      NoteCpu(servers, setting, cpu_rounds);
    }
  }
  return claims.exit_code();
}

}  // namespace
}  // namespace hawkmount::bench

int main(int argc, char** argv) { return hawkmount::bench::Main(argc, argv); }
