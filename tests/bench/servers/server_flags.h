#ifndef HAWKMOUNT_BENCH_SERVERS_SERVER_FLAGS_H_
#define HAWKMOUNT_BENCH_SERVERS_SERVER_FLAGS_H_

#include <string>

namespace hawkmount::bench {

// How each of the servers is started.
struct ServerFlags {
  std::string model;
  int cpu = -1;           // pin the process to it
  bool tuned = false;     // hawkmount::TuneProcess, or the same by hand
  bool observed = false;  // our hooks on
  // In which interceptors the handlers are: "typed" or "elsewhere" or "listed"
  // of ours, "guarded" of the callback server. Empty: none.
  std::string chain;
  std::string log;  // the file that calls are logged to; empty: nowhere
  long warm = 0;    // see CallgrindWindow
  long counted = 0;
};

// Reads the command line, pins the process; ends it when the flags are wrong.
ServerFlags ParseServerFlags(int argc, char** argv);

// Has all that goes to standard output appended to a file. Returns what it was
// before.
int SendOutputTo(const std::string& file);

// Tells the benchmark, on `output`, where the server listens, and waits until
// it is to end. Then ends the process, without any tidying.
[[noreturn]] void ServeUntilInputEnds(int port, int output = 1);

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_SERVERS_SERVER_FLAGS_H_
