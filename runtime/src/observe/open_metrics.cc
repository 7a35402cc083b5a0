#include "observe/open_metrics.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "absl/strings/str_format.h"
#include "observe/text_writer.h"

namespace hawkmount::observe {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

std::string_view TypeName(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Gauge:
      return "gauge";
    case MetricType::Summary:
      return "summary";
    case MetricType::Histogram:
      return "histogram";
    default:
      return "unknown";
  }
}

// Whole numbers have a point.
std::string Number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 40> digits{};
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  std::string number(digits.data(), end);
  if (number.find_first_of(".e") == std::string::npos) number += ".0";
  return number;
}

// One metric's samples.
class MetricWriter {
 public:
  MetricWriter(
      std::string& text, const std::string& name, const ClientMetric& metric)
      : text_(text), name_(name), metric_(metric) {
    for (const ClientMetric::Label& label : metric.label) {
      if (!labels_.empty()) labels_.push_back(',');
      labels_ += Label(label.name, label.value);
    }
  }

  void Sample(
      std::string_view suffix,
      const std::string& value,
      const std::string& more = {}) {
    text_.append(name_).append(suffix);
    if (!labels_.empty() || !more.empty()) {
      text_.append("{").append(labels_);
      if (!labels_.empty() && !more.empty()) text_.push_back(',');
      text_.append(more).append("}");
    }
    text_.append(" ").append(value);
    if (metric_.timestamp_ms != 0) {
      text_ += absl::StrFormat(
          " %d.%03d",
          metric_.timestamp_ms / 1000,
          std::abs(metric_.timestamp_ms % 1000));
    }
    text_.push_back('\n');
  }

  void Histogram() {
    const std::string count = std::to_string(metric_.histogram.sample_count);
    bool whole = false;
    for (const ClientMetric::Bucket& bucket : metric_.histogram.bucket) {
      whole = std::isinf(bucket.upper_bound);
      Sample(
          "_bucket",
          std::to_string(bucket.cumulative_count),
          Label("le", Number(bucket.upper_bound)));
    }
    if (!whole) Sample("_bucket", count, Label("le", "+Inf"));
    Sample("_sum", Number(metric_.histogram.sample_sum));
    Sample("_count", count);
  }

  void Summary() {
    for (const ClientMetric::Quantile& quantile : metric_.summary.quantile) {
      Sample(
          "",
          Number(quantile.value),
          Label("quantile", Number(quantile.quantile)));
    }
    Sample("_sum", Number(metric_.summary.sample_sum));
    Sample("_count", std::to_string(metric_.summary.sample_count));
  }

 private:
  std::string& text_;
  const std::string& name_;
  const ClientMetric& metric_;
  std::string labels_;
};

// Help has its quotes escaped in OpenMetrics, unlike in Prometheus' text.
std::string Help(const std::string& help) {
  std::string escaped;
  for (const char c : help) {
    if (c == '"') escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

}  // namespace

std::string CounterName(const std::string& name) {
  constexpr std::string_view kTotal = "_total";
  return name.ends_with(kTotal) ? name.substr(0, name.size() - kTotal.size())
                                : name;
}

std::string OpenMetrics(const std::vector<MetricFamily>& families) {
  std::string text;
  for (const MetricFamily& family : families) {
    const std::string name = family.type == MetricType::Counter
                                 ? CounterName(family.name)
                                 : family.name;
    text.append("# HELP ").append(name).append(" ");
    text.append(Help(family.help)).append("\n# TYPE ").append(name);
    text.append(" ").append(TypeName(family.type)).append("\n");
    for (const ClientMetric& metric : family.metric) {
      MetricWriter writer(text, name, metric);
      switch (family.type) {
        case MetricType::Counter:
          writer.Sample("_total", Number(metric.counter.value));
          break;
        case MetricType::Gauge:
          writer.Sample("", Number(metric.gauge.value));
          break;
        case MetricType::Summary:
          writer.Summary();
          break;
        case MetricType::Histogram:
          writer.Histogram();
          break;
        default:
          writer.Sample("", Number(metric.untyped.value));
      }
    }
  }
  return text;
}

}  // namespace hawkmount::observe
