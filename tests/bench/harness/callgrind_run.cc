#include "harness/callgrind_run.h"

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "harness/child.h"
#include "harness/claims.h"
#include "harness/samples.h"
#include "harness/server_process.h"
#include "harness/setup.h"
#include "harness/temporary_directory.h"

namespace hawkmount::bench {
namespace {

// The total of a callgrind file; 0 without one. Not its summary, which also has
// what other threads did before the window.
double TotalOf(const std::string& file) {
  std::ifstream stream(file);
  double total = 0;
  for (std::string line; std::getline(stream, line);) {
    if (std::sscanf(line.c_str(), "totals: %lf", &total) == 1) return total;
  }
  return total;
}

std::vector<std::string> Callgrind(
    const TemporaryDirectory& directory,
    const std::vector<std::string>& program) {
  std::vector<std::string> command = {
      RequireProgram("valgrind"),
      "--tool=callgrind",
      "-q",
      absl::StrCat("--callgrind-out-file=", directory.path(), "/out")};
  command.insert(command.end(), program.begin(), program.end());
  return command;
}

double TotalIn(const TemporaryDirectory& directory) {
  const double total = TotalOf(directory.path() + "/out.1");
  if (total == 0) CannotRun("callgrind wrote nothing down");
  return total;
}

}  // namespace

double CountInstructions(const CallgrindRun& run) {
  const TemporaryDirectory directory;
  std::vector<std::string> command = Callgrind(directory, run.server);
  command.push_back(absl::StrCat("--warm=", run.warm));
  command.push_back(absl::StrCat("--counted=", run.counted));
  ServerProcess server(command);
  if (!run.load(server.Connect())) CannotRun("calls failed under callgrind");
  server.Stop();
  return TotalIn(directory) / static_cast<double>(run.counted);
}

double CountProgram(const std::vector<std::string>& command) {
  const TemporaryDirectory directory;
  RunChild(Callgrind(directory, command));
  return TotalIn(directory);
}

std::map<std::string, double> MedianInstructions(
    const std::map<std::string, CallgrindRun>& runs, int rounds) {
  std::map<std::string, std::vector<double>> samples;
  for (int round = 0; round < rounds; ++round) {
    for (const auto& [name, run] : runs) {
      samples[name].push_back(CountInstructions(run));
    }
  }
  std::map<std::string, double> medians;
  for (const auto& [name, values] : samples) {
    medians[name] = Median(values);
    Note(absl::StrFormat(
        "%-28s %8.0f instructions  (%.0f to %.0f)",
        name,
        medians[name],
        Quantile(values, 0),
        Quantile(values, 1)));
  }
  return medians;
}

void RequireCallgrind() {
  RequireProgram("valgrind");
#if !__has_include(<valgrind/callgrind.h>)
  CannotRun("built without <valgrind/callgrind.h>: install valgrind, rebuild");
#endif
}

}  // namespace hawkmount::bench
