// A page of metrics: our writer, from the snapshots of methods to text, beside
// prometheus-cpp's serializer on the same families and samples, made before.

#include <prometheus/text_serializer.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_format.h"
#include "harness/claims.h"
#include "harness/samples.h"
#include "harness/setup.h"
#include "observe/exposition.h"
#include "observe/families.h"

namespace hawkmount::bench {
namespace {

using Clock = std::chrono::steady_clock;
using observe::TextFormat;

void Fill(std::mt19937_64& random, observe::Durations& durations) {
  for (uint64_t& cell : durations.cells) cell = random() % 100'000;
  durations.sum = random() % 1'000'000'000'000'000;
}

observe::MetricsPage Page(int methods) {
  constexpr MethodKind kKinds[] = {
      MethodKind::kUnary,
      MethodKind::kServerStream,
      MethodKind::kClientStream,
      MethodKind::kBidiStream};
  std::mt19937_64 random(1);
  observe::MetricsPage page;
  page.version = "1";
  page.grpc_version = "1";
  for (int i = 0; i < methods; ++i) {
    observe::MethodSnapshot& method = page.server.emplace_back();
    method.path =
        absl::StrFormat("/acme.shop.v1.Service%d/Method%d", i / 20, i);
    method.kind = kKinds[i % 4];
    for (size_t code = 0; code < 4; ++code) {
      method.handled[code] = 1 + random() % 1'000'000;
      method.ended += method.handled[code];
    }
    method.started = method.ended + random() % 100;
    Fill(random, method.latency);
    Fill(random, method.first_response);
    method.received = random() % 10'000'000;
    method.sent = random() % 10'000'000;
    method.received_bytes = random() % 10'000'000'000;
    method.sent_bytes = random() % 10'000'000'000;
  }
  return page;
}

size_t Samples(std::string_view text) {
  size_t samples = 0;
  while (!text.empty()) {
    if (text.front() != '#') ++samples;
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return samples;
}

// Milliseconds that `write` takes; adds the size of what it wrote to `size`.
template <class Write>
double Time(Write write, size_t& size) {
  const auto start = Clock::now();
  size += write().size();
  return std::chrono::duration<double, std::milli>(Clock::now() - start)
      .count();
}

int Main(int argc, char** argv) {
  int methods = 1000;
  int tries = 15;
  CLI::App app("A page of metrics, written by us and by prometheus-cpp.");
  app.add_option("--methods", methods, "on the page")
      ->check(CLI::PositiveNumber);
  app.add_option("--tries", tries, "pages of each")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);

  const Surroundings surroundings;
  const observe::MetricsPage page = Page(methods);
  observe::Exposition exposition("acme", {MetricsView::kDefault});
  const auto ours = [&] {
    return exposition.Write(page, TextFormat::kPrometheus);
  };
  const auto open_metrics = [&] {
    return exposition.Write(page, TextFormat::kOpenMetrics);
  };
  const prometheus::TextSerializer serializer;
  const std::vector<prometheus::MetricFamily> families =
      observe::Families(ours());
  const auto theirs = [&] { return serializer.Serialize(families); };

  const size_t samples = Samples(ours());
  if (const size_t other = Samples(theirs()); other != samples) {
    CannotRun(absl::StrFormat(
        "the pages are not the same: %d samples and %d", samples, other));
  }
  open_metrics();

  std::vector<double> our_times, their_times, open_metrics_times;
  size_t our_size = 0, their_size = 0, open_metrics_size = 0;
  for (int i = 0; i < tries; ++i) {
    our_times.push_back(Time(ours, our_size));
    their_times.push_back(Time(theirs, their_size));
    open_metrics_times.push_back(Time(open_metrics, open_metrics_size));
  }
  const auto tell = [&](std::string_view name,
                        const std::vector<double>& times,
                        size_t size) {
    Note(absl::StrFormat(
        "%-24s %8.3f ms a page of %d samples, %d bytes",
        std::string(name),
        Median(times),
        samples,
        size / static_cast<size_t>(tries)));
  };
  tell("hawkmount", our_times, our_size);
  tell("hawkmount, OpenMetrics", open_metrics_times, open_metrics_size);
  tell("prometheus-cpp", their_times, their_size);

  Claims claims;
  claims.AtMost(
      "scrape.hawkmount/prometheus_cpp",
      Median(our_times) / Median(their_times),
      0.2);
  return claims.exit_code();
}

}  // namespace
}  // namespace hawkmount::bench

int main(int argc, char** argv) { return hawkmount::bench::Main(argc, argv); }
