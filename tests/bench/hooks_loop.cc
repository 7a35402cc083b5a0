// What the benchmark `hooks` counts instructions of: hooks_loop
// off|metrics|all|cap|written LOG_FILE. All but the last do without any other
// thread.

#include "hooks_loop.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "engine/limit.h"
#include "observe/console_sink.h"
#include "observe/log_writer.h"
#include "servers/callgrind_window.h"
#include "servers/server_flags.h"

namespace hawkmount::bench {
namespace {

constexpr long kWarm = 100;
constexpr long kCounted = 4000;

void Count(codegen::MethodCells* cells, observe::LogRing* ring) {
  HooksLoop loop(cells, ring);
  loop.Run(kWarm);
  CALLGRIND_ZERO_STATS;
  loop.Run(kCounted);
  CALLGRIND_DUMP_STATS;
}

// A place under the cap of a server, taken and given back.
void CountCap() {
  engine::Limit limit(1000);
  CALLGRIND_ZERO_STATS;
  for (long i = 0; i < kCounted; ++i) {
    if (limit.Enter()) limit.Leave();
  }
  CALLGRIND_DUMP_STATS;
}

// Until the lines are written, with all that the writer does for them.
void CountWritten(codegen::MethodCells& cells) {
  constexpr long kBurst = 400;
  observe::LogWriter writer(
      observe::MakeConsoleLogger(LogFormat::kJson), LogFormat::kJson);
  if (!writer.Start().ok()) std::exit(1);
  const auto ring = writer.AddRing(1 << 20);
  HooksLoop loop(&cells, ring.get());
  loop.Run(kWarm);
  writer.Flush(std::chrono::seconds(10));
  CALLGRIND_ZERO_STATS;
  for (long done = 0; done < kCounted; done += kBurst) {
    loop.Run(kBurst);
    writer.Flush(std::chrono::seconds(10));
  }
  CALLGRIND_DUMP_STATS;
  if (writer.counts().written != 2 * (kWarm + kCounted)) {
    std::fputs("records were lost\n", stderr);
    std::exit(1);
  }
}

int Main(std::string_view mode) {
  static codegen::MethodCells cells;
  if (mode == "off") {
    Count(nullptr, nullptr);
  } else if (mode == "metrics") {
    Count(&cells, nullptr);
  } else if (mode == "all") {
    // Nobody takes them out: there is room for all.
    observe::LogRing ring(4 << 20, std::make_shared<observe::LogBell>());
    Count(&cells, &ring);
    if (ring.dropped() != 0) return 1;
  } else if (mode == "cap") {
    CountCap();
  } else if (mode == "written") {
    CountWritten(cells);
  } else {
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace hawkmount::bench

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  hawkmount::bench::SendOutputTo(argv[2]);
  return hawkmount::bench::Main(argv[1]);
}
