#include "servers/server_flags.h"

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

void ServeUntilInputEnds(int port) {
  std::printf("port %d\n", port);
  std::fflush(stdout);
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
  _exit(0);
}

}  // namespace hawkmount::bench
