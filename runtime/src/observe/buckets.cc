#include "observe/buckets.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace hawkmount::observe {
namespace {

// A view's upper edges in microseconds; each is one of kLatencyEdges.
constexpr std::array<uint64_t, 19> kDefaultEdges = {
    100,
    250,
    500,
    1'000,
    2'500,
    5'000,
    10'000,
    25'000,
    50'000,
    75'000,
    100'000,
    250'000,
    500'000,
    750'000,
    1000'000,
    2500'000,
    5000'000,
    7500'000,
    10'000'000};
constexpr std::array<uint64_t, 11> kGoEdges = {
    5'000,
    10'000,
    25'000,
    50'000,
    100'000,
    250'000,
    500'000,
    1000'000,
    2500'000,
    5000'000,
    10'000'000};
constexpr std::array<uint64_t, 40> kA66Edges = {
    10,         50,         100,        300,        600,      800,
    1'000,      2'000,      3'000,      4'000,      5'000,    6'000,
    8'000,      10'000,     13'000,     16'000,     20'000,   25'000,
    30'000,     40'000,     50'000,     65'000,     80'000,   100'000,
    130'000,    160'000,    200'000,    250'000,    300'000,  400'000,
    500'000,    650'000,    800'000,    1000'000,   2000'000, 5000'000,
    10'000'000, 20'000'000, 50'000'000, 100'000'000};

template <size_t n>
constexpr bool AreLatencyEdges(const std::array<uint64_t, n>& edges) {
  return std::all_of(edges.begin(), edges.end(), [](uint64_t edge) {
    return std::find(
               codegen::kLatencyEdges.begin(),
               codegen::kLatencyEdges.end(),
               edge * 1000) != codegen::kLatencyEdges.end();
  });
}
static_assert(AreLatencyEdges(kDefaultEdges));
static_assert(AreLatencyEdges(kGoEdges));
static_assert(AreLatencyEdges(kA66Edges));

// OpenMetrics writes whole numbers with a point, Prometheus' text does not.
std::string Edge(uint64_t microseconds, TextFormat format) {
  std::array<char, 32> digits{};
  const auto written = std::to_chars(
      digits.data(),
      digits.data() + digits.size(),
      static_cast<double>(microseconds) / 1e6,
      std::chars_format::fixed);
  std::string edge(digits.data(), written.ptr);
  if (format == TextFormat::kOpenMetrics &&
      edge.find('.') == std::string::npos) {
    edge += ".0";
  }
  return edge;
}

template <size_t n>
std::vector<ViewBucket> Buckets(
    const std::array<uint64_t, n>& edges,
    TextFormat format,
    const std::string& comma) {
  std::vector<ViewBucket> buckets;
  size_t cell = 0;
  for (const uint64_t edge : edges) {
    while (codegen::kLatencyEdges[cell] != edge * 1000) ++cell;
    buckets.push_back({cell + 1, comma + Label("le", Edge(edge, format))});
  }
  buckets.push_back({codegen::kLatencyCells, comma + Label("le", "+Inf")});
  return buckets;
}

}  // namespace

std::vector<ViewBucket> DefaultBuckets(
    TextFormat format, const std::string& comma) {
  return Buckets(kDefaultEdges, format, comma);
}
std::vector<ViewBucket> GoBuckets(TextFormat format) {
  return Buckets(kGoEdges, format, ",");
}
std::vector<ViewBucket> A66Buckets(TextFormat format) {
  return Buckets(kA66Edges, format, ",");
}

void WriteHistogram(
    TextWriter& writer,
    std::string_view labels,
    const std::vector<ViewBucket>& buckets,
    const Durations& durations,
    const std::vector<Exemplar>& exemplars,
    std::optional<size_t> code) {
  uint64_t count = 0;
  size_t cell = 0;
  for (const ViewBucket& bucket : buckets) {
    const Exemplar* latest = nullptr;
    for (; cell < bucket.end; ++cell) {
      count += durations.cells[cell];
      if (exemplars.empty() || durations.cells[cell] == 0) continue;
      const Exemplar& one = exemplars[cell];
      if (one.request_id.empty() || one.code != code.value_or(one.code))
        continue;
      if (latest == nullptr || latest->time < one.time) latest = &one;
    }
    if (latest == nullptr) {
      writer.Bucket(labels, bucket.le, count);
    } else {
      writer.Bucket(labels, bucket.le, count, *latest);
    }
  }
  writer.Sum(labels, durations.sum);
  writer.Count(labels, count);
}

}  // namespace hawkmount::observe
