#include "observe/families.h"

#include <charconv>
#include <limits>
#include <string>
#include <utility>

namespace hawkmount::observe {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// What is before the first `end`, which is taken away as well; all if there is
// none.
std::string_view TakeUntil(std::string_view& text, char end) {
  const size_t size = text.find(end);
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(size == std::string_view::npos ? text.size() : size + 1);
  return taken;
}

double Number(std::string_view text) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

MetricType Type(std::string_view name) {
  if (name == "counter") return MetricType::Counter;
  if (name == "histogram") return MetricType::Histogram;
  return MetricType::Gauge;
}

// A value up to its quote, which is taken away as well.
std::string TakeValue(std::string_view& text) {
  std::string value;
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\') {
      text.remove_prefix(1);
      value.push_back(text.front() == 'n' ? '\n' : text.front());
    } else {
      value.push_back(text.front());
    }
    text.remove_prefix(1);
  }
  text.remove_prefix(1);
  return value;
}

// Labels up to their brace, which is taken away as well.
std::vector<ClientMetric::Label> TakeLabels(std::string_view& text) {
  std::vector<ClientMetric::Label> labels;
  while (text.front() != '}') {
    if (text.front() == ',') text.remove_prefix(1);
    std::string name(TakeUntil(text, '='));
    text.remove_prefix(1);
    labels.push_back({std::move(name), TakeValue(text)});
  }
  text.remove_prefix(1);
  return labels;
}

class Reader {
 public:
  void Read(std::string_view line) {
    if (line.starts_with("# HELP ")) {
      line.remove_prefix(7);
      MetricFamily& family = families_.emplace_back();
      family.name = TakeUntil(line, ' ');
      family.help = line;
    } else if (line.starts_with("# TYPE ")) {
      families_.back().type = Type(line.substr(line.rfind(' ') + 1));
    } else if (!line.empty()) {
      ReadSample(line);
    }
  }
  std::vector<MetricFamily> Take() { return std::move(families_); }

 private:
  void ReadSample(std::string_view line) {
    MetricFamily& family = families_.back();
    const std::string_view name = line.substr(0, line.find_first_of("{ "));
    line.remove_prefix(name.size());
    std::vector<ClientMetric::Label> labels;
    if (line.front() == '{') {
      line.remove_prefix(1);
      labels = TakeLabels(line);
    }
    line.remove_prefix(1);
    const double value = Number(line);
    if (family.type == MetricType::Histogram) {
      ReadHistogram(name, std::move(labels), value);
      return;
    }
    ClientMetric& metric = family.metric.emplace_back();
    metric.label = std::move(labels);
    if (family.type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
  }

  // The buckets of a series, then its sum, and at last its count.
  void ReadHistogram(
      std::string_view name,
      std::vector<ClientMetric::Label> labels,
      double value) {
    if (name.ends_with("_bucket")) {
      const double edge = Number(labels.back().value);
      labels.pop_back();
      if (!open_) families_.back().metric.emplace_back();
      open_ = true;
      ClientMetric& metric = families_.back().metric.back();
      metric.label = std::move(labels);
      metric.histogram.bucket.push_back({static_cast<uint64_t>(value), edge});
      return;
    }
    ClientMetric& metric = families_.back().metric.back();
    if (name.ends_with("_sum")) {
      metric.histogram.sample_sum = value;
    } else {
      metric.histogram.sample_count = static_cast<uint64_t>(value);
      open_ = false;
    }
  }

  std::vector<MetricFamily> families_;
  bool open_ = false;  // a series whose count is yet to come
};

}  // namespace

std::vector<MetricFamily> Families(std::string_view page) {
  Reader reader;
  while (!page.empty()) reader.Read(TakeUntil(page, '\n'));
  return reader.Take();
}

}  // namespace hawkmount::observe
