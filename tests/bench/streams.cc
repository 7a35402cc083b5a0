// 10,000 bidi streams that are open and silent: the threads and the memory of
// the server, and unary calls beside them.

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "harness/claims.h"
#include "harness/process_stats.h"
#include "harness/samples.h"
#include "harness/server_process.h"
#include "harness/setup.h"
#include "harness/stream_load.h"
#include "harness/unary_load.h"

namespace hawkmount::bench {
namespace {

constexpr int kChannels = 4;
constexpr long kCalls = 5000;

struct Measured {
  double kb_a_stream = 0;
  long threads_before = 0;
  long threads_open = 0;
};

void MakeCalls(
    const std::shared_ptr<grpc::Channel>& channel, const std::string& when) {
  UnaryLoad<SmallUnary> load(channel, 8);
  const LoadResult result = load.RunCalls(kCalls);
  if (result.answered() != kCalls) CannotRun("calls failed");
  Note(absl::StrFormat(
      "  %d calls %s, 8 in flight: all answered, median %.3f ms, p99 %.3f ms",
      kCalls,
      when,
      1e3 * Median(result.seconds),
      1e3 * Quantile(result.seconds, 0.99)));
}

Measured Measure(
    const std::string& name,
    const std::vector<std::string>& command,
    int streams) {
  Note(name);
  ServerProcess server(command);
  const auto calls = server.Connect();
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < kChannels; ++i) channels.push_back(server.Connect());
  MakeCalls(calls, "without streams");

  // gRPC starts the second of its timer threads only when a timer was due.
  std::this_thread::sleep_for(std::chrono::seconds(1));
  IdleChats chats;
  const ProcessSize before = SizeOf(server.pid());
  for (const auto& channel : channels) {
    if (!chats.Open(channel, streams / kChannels)) CannotRun("streams failed");
  }
  const ProcessSize open = SizeOf(server.pid());
  MakeCalls(calls, "beside the streams");

  Measured measured;
  measured.kb_a_stream =
      static_cast<double>(open.resident_kb - before.resident_kb) / streams;
  measured.threads_before = before.threads;
  measured.threads_open = open.threads;
  Note(absl::StrFormat(
      "  %d streams: %.2f kB each, threads %d before and %d after",
      streams,
      measured.kb_a_stream,
      measured.threads_before,
      measured.threads_open));
  return measured;
}

int Main(int argc, char** argv) {
  int streams = 10'000;
  CLI::App app("Many streams that are open and silent.");
  app.add_option("--streams", streams, "how many");
  CLI11_PARSE(app, argc, argv);

  const Surroundings surroundings;
  const Measured hand = Measure(
      "hand completion_queue",
      {BesideMe("hand_server"), "completion_queue"},
      streams);
  const Measured ours = Measure(
      "coroutine", {BesideMe("hawkmount_server"), "coroutine"}, streams);

  Claims claims;
  claims.AtMost(
      "streams.threads_added",
      static_cast<double>(ours.threads_open - ours.threads_before),
      0);
  claims.AtMost(
      "streams.memory/hand_completion_queue",
      ours.kb_a_stream / hand.kb_a_stream,
      1.10);
  return claims.exit_code();
}

}  // namespace
}  // namespace hawkmount::bench

int main(int argc, char** argv) { return hawkmount::bench::Main(argc, argv); }
