#include "servers/server_flags.h"

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "harness/setup.h"

namespace hawkmount::bench {

ServerFlags ParseServerFlags(int argc, char** argv) {
  ServerFlags flags;
  CLI::App app("A server of the benchmarks; they start it.");
  app.add_option("model", flags.model, "how it serves")->required();
  app.add_option("--cpu", flags.cpu, "pin the process to this cpu");
  app.add_flag("--tuned", flags.tuned, "abseil's deadlock detection off");
  app.add_flag("--observed", flags.observed, "hawkmount's hooks on");
  app.add_option("--chain", flags.chain, "inside of these interceptors");
  app.add_option("--log", flags.log, "log the calls to this file");
  app.add_option("--warm", flags.warm, "calls before callgrind counts");
  app.add_option("--counted", flags.counted, "calls that callgrind counts");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  if (flags.cpu >= 0) PinToCpu(flags.cpu);
  return flags;
}

int SendOutputTo(const std::string& file) {
  const int before = dup(STDOUT_FILENO);
  const int opened =
      open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (before < 0 || opened < 0 || dup2(opened, STDOUT_FILENO) < 0) {
    std::perror(file.c_str());
    std::exit(1);
  }
  close(opened);
  return before;
}

void ServeUntilInputEnds(int port, int output) {
  dprintf(output, "port %d\n", port);
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
  _exit(0);
}

}  // namespace hawkmount::bench
