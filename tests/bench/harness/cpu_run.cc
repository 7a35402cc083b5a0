#include "harness/cpu_run.h"

#include <unistd.h>

#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_format.h"
#include "harness/claims.h"
#include "harness/process_stats.h"
#include "harness/samples.h"
#include "harness/unary_load.h"

namespace hawkmount::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kWarmUp(100);
constexpr std::chrono::milliseconds kWindow(700);

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

}  // namespace

std::vector<std::string> Pinned(
    const std::string& program, const std::string& model) {
  return {BesideMe(program), model, absl::StrFormat("--cpu=%d", kServerCpu)};
}

Contender::Contender(std::string name, const std::vector<std::string>& command)
    : name_(std::move(name)), server_(command), channel_(server_.Connect()) {}

double Contender::Measure(int in_flight) {
  for (int disturbed = 0; disturbed < 30; ++disturbed) {
    const Quiet quiet(server_.pid());
    const double microseconds = MeasureWindow(in_flight);
    if (quiet.Since()) return microseconds;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  CannotRun("the machine was busy with something else for a minute");
}

double Contender::MeasureWindow(int in_flight) {
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

std::vector<double> MedianCpu(
    const std::vector<Contender*>& contenders, int in_flight, int rounds) {
  std::vector<std::vector<double>> samples(contenders.size());
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < contenders.size(); ++i) {
      samples[i].push_back(contenders[i]->Measure(in_flight));
    }
  }
  std::vector<double> medians;
  for (size_t i = 0; i < contenders.size(); ++i) {
    medians.push_back(Median(samples[i]));
    Note(absl::StrFormat(
        "%2d in flight, %-26s %6.2f us of CPU a call  (%.2f to %.2f)",
        in_flight,
        contenders[i]->name(),
        medians[i],
        Quantile(samples[i], 0),
        Quantile(samples[i], 1)));
  }
  return medians;
}

}  // namespace hawkmount::bench
