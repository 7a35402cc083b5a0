// What a call of a blocking handler costs: server CPU, the server alone on one
// cpu and the client on another. Medians of windows that alternate.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "harness/claims.h"
#include "harness/process_stats.h"
#include "harness/samples.h"
#include "harness/server_process.h"
#include "harness/setup.h"
#include "harness/unary_load.h"

namespace hawkmount::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kWarmUp(100);
constexpr std::chrono::milliseconds kWindow(700);

constexpr int kServerCpu = 0;
constexpr int kClientCpu = 1;

// Starts a server of the benchmarks on its cpu.
std::vector<std::string> Pinned(
    const std::string& program, const std::string& model) {
  return {BesideMe(program), model, absl::StrFormat("--cpu=%d", kServerCpu)};
}

// Tells afterwards whether others than a server and its client used their cpus.
class Quiet {
 public:
  explicit Quiet(pid_t server) : server_(server), begin_(Others()) {}

  bool Since() const {
    const Used used = Others();
    const double allowed =
        0.1 * std::chrono::duration<double>(Clock::now() - start_).count();
    return used.server_cpu - begin_.server_cpu < allowed &&
           used.client_cpu - begin_.client_cpu < allowed;
  }

 private:
  struct Used {
    double server_cpu;
    double client_cpu;
  };
  Used Others() const {
    return {
        BusySeconds(kServerCpu) - CpuSeconds(server_),
        BusySeconds(kClientCpu) - CpuSeconds(getpid())};
  }

  const pid_t server_;
  const Used begin_;
  const Clock::time_point start_ = Clock::now();
};

// A server with a load, to be measured in turn with others.
class Contender {
 public:
  Contender(std::string name, const std::vector<std::string>& command)
      : name_(std::move(name)), server_(command), channel_(server_.Connect()) {}

  const std::string& name() const { return name_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  const ServerProcess& server() const { return server_; }

  // Server CPU microseconds a call, over one window in which nobody else used
  // the two cpus.
  double Measure(int in_flight) {
    for (int disturbed = 0; disturbed < 30; ++disturbed) {
      const Quiet quiet(server_.pid());
      const double microseconds = MeasureWindow(in_flight);
      if (quiet.Since()) return microseconds;
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    CannotRun("the machine was busy with something else for a minute");
  }

 private:
  double MeasureWindow(int in_flight) {
    UnaryLoad<SmallUnary> load(channel_, in_flight);
    const auto begin = Clock::now() + kWarmUp;
    const auto end = begin + kWindow;
    long calls = 0;
    double cpu_begin = 0;
    double cpu_end = 0;
    const LoadResult result = load.Run([&] {
      const auto now = Clock::now();
      if (now < begin) return true;
      if (cpu_begin == 0) {
        cpu_begin = CpuSeconds(server_.pid());
        calls = 0;
      }
      ++calls;
      if (now < end) return true;
      if (cpu_end == 0) cpu_end = CpuSeconds(server_.pid());
      return false;
    });
    if (result.failed != 0) CannotRun("calls failed");
    return 1e6 * (cpu_end - cpu_begin) / static_cast<double>(calls);
  }

  std::string name_;
  ServerProcess server_;
  std::shared_ptr<grpc::Channel> channel_;
};

// The median of `first` divided by that of `second`.
double Compare(Contender& first, Contender& second, int in_flight, int rounds) {
  std::vector<double> first_samples;
  std::vector<double> second_samples;
  for (int round = 0; round < rounds; ++round) {
    first_samples.push_back(first.Measure(in_flight));
    second_samples.push_back(second.Measure(in_flight));
  }
  for (const auto& [contender, samples] :
       {std::pair(&first, &first_samples),
        std::pair(&second, &second_samples)}) {
    Note(absl::StrFormat(
        "%2d in flight, %-26s %6.2f us of CPU a call  (%.2f to %.2f)",
        in_flight,
        contender->name(),
        Median(*samples),
        Quantile(*samples, 0),
        Quantile(*samples, 1)));
  }
  return Median(first_samples) / Median(second_samples);
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
