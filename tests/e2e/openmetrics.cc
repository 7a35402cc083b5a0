#include "openmetrics.h"

#include <cmath>
#include <regex>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "openmetrics_line.h"

namespace e2e {
namespace {

using namespace openmetrics;  // NOLINT: what the parser is made of
using Page = OpenMetricsPage;
using Labels = Page::Labels;

const std::map<std::string, std::set<std::string>>& Suffixes() {
  static const std::map<std::string, std::set<std::string>> suffixes = {
      {"counter", {"_total", "_created"}},
      {"gauge", {""}},
      {"histogram", {"_bucket", "_sum", "_count", "_created"}},
      {"gaugehistogram", {"_bucket", "_gsum", "_gcount"}},
      {"info", {"_info"}},
      {"stateset", {""}},
      {"summary", {"", "_sum", "_count", "_created"}},
      {"unknown", {""}}};
  return suffixes;
}

// The samples of one set of labels, without le and quantile.
class Metric {
 public:
  void Add(
      const std::string& type,
      const std::string& suffix,
      const Page::Sample& sample) {
    const double value = sample.value;
    const bool counts = suffix == "_total" || suffix == "_bucket" ||
                        suffix == "_count" ||
                        (suffix == "_sum" && type != "gauge");
    Must(!counts || value >= 0, "a count that is negative or none");
    Must(
        (suffix != "_bucket" && suffix != "_count") ||
            value == std::floor(value),
        "a count that is not whole");
    Must(
        !sample.exemplar || suffix == "_bucket" || suffix == "_total",
        "an exemplar where none may be");
    if (type == "info") Must(value == 1, "an info that is not 1");
    if (type == "stateset") Must(value == 0 || value == 1, "no state");
    if (type == "summary" && suffix.empty()) AddQuantile(sample);
    if (suffix == "_bucket") {
      AddBucket(sample);
    } else {
      Must(!sample.labels.contains("le"), "le of what is no bucket");
    }
    if (suffix == "_count" || suffix == "_gcount") count_ = value;
    if (suffix == "_sum" || suffix == "_gsum") summed_ = true;
    if (suffix == "_total") totalled_ = true;
  }

  // When all samples are there.
  void Check(const std::string& type) const {
    if (type == "counter") Must(totalled_, "a counter without _total");
    if (type != "histogram" && type != "gaugehistogram") return;
    Must(bucketed_ && std::isinf(edge_), "a histogram without the bucket +Inf");
    Must(count_.has_value() == summed_, "_sum without _count or the reverse");
    Must(!count_ || *count_ == bucket_, "the bucket +Inf is not the _count");
  }

 private:
  static void AddQuantile(const Page::Sample& sample) {
    const auto label = sample.labels.find("quantile");
    Must(label != sample.labels.end(), "a summary's sample without quantile");
    Must(IsCanonical(label->second), "no canonical float: " + label->second);
    const double quantile = Number(label->second);
    Must(quantile >= 0 && quantile <= 1, "quantile out of [0, 1]");
    Must(!(sample.value < 0), "a negative quantile");
  }

  void AddBucket(const Page::Sample& sample) {
    const auto label = sample.labels.find("le");
    Must(label != sample.labels.end(), "a bucket without le");
    Must(IsCanonical(label->second), "no canonical float: " + label->second);
    const double edge = Number(label->second);
    Must(!bucketed_ || edge > edge_, "le not in order");
    Must(!bucketed_ || sample.value >= bucket_, "buckets go down");
    Must(
        !sample.exemplar || sample.exemplar->value <= edge,
        "an exemplar above its bucket");
    bucketed_ = true;
    edge_ = edge;
    bucket_ = sample.value;
  }

  bool bucketed_ = false, summed_ = false, totalled_ = false;
  double edge_ = 0;
  double bucket_ = 0;
  std::optional<double> count_;
};

class Parser {
 public:
  Page Parse(const std::string& text) {
    Must(!text.empty() && text.back() == '\n', "no line feed at the end");
    bool ended = false;
    size_t from = 0;
    for (size_t at = 1; from < text.size(); ++at) {
      const size_t end = text.find('\n', from);
      const std::string line = text.substr(from, end - from);
      from = end + 1;
      try {
        Must(!ended, "a line behind # EOF");
        Characters(line);
        if (line == "# EOF") {
          ended = true;
          EndFamily();
        } else if (line.starts_with("#")) {
          Comment(line);
        } else {
          AddSample(ReadSample(line));
        }
      } catch (const Wrong& wrong) {
        throw Wrong{absl::StrCat("line ", at, ": ", wrong.what, ": ", line)};
      }
    }
    Must(ended, "no # EOF");
    return std::move(page_);
  }

 private:
  void Comment(const std::string& line) {
    static const std::regex form("# (HELP|TYPE|UNIT) ([^ ]+) (.*)");
    std::smatch match;
    Must(std::regex_match(line, match, form), "an unknown comment");
    const std::string kind = match[1], name = match[2], text = match[3];
    Must(IsName(name, true), "no metric's name: '" + name + "'");
    if (name != name_) Begin(name);
    Must(page_.families[name_].samples.empty(), "metadata behind samples");
    Must(metadata_.insert(kind).second, "metadata twice");
    if (kind == "HELP") page_.families[name_].help = Unescape(text);
    if (kind == "UNIT" && !text.empty()) {
      Must(name.ends_with("_" + text), "a unit that the name lacks");
    }
    if (kind == "TYPE") {
      Must(Suffixes().contains(text), "an unknown type");
      page_.families[name_].type = text;
      for (const std::string& suffix : Suffixes().at(text)) Claim(suffix);
    }
  }

  void Begin(const std::string& name) {
    EndFamily();
    Must(!page_.families.contains(name), "a family in two places");
    name_ = name;
    page_.families[name];
    Claim("");
  }

  // No two families may have samples of one name.
  void Claim(const std::string& suffix) {
    const auto [owner, fresh] = owners_.emplace(name_ + suffix, name_);
    Must(fresh || owner->second == name_, "a name of two families");
  }

  void EndFamily() {
    if (name_.empty()) return;
    const std::string& type = page_.families[name_].type;
    for (const auto& [labels, metric] : metrics_) metric.Check(type);
    metrics_.clear();
    series_.clear();
    metadata_.clear();
    current_ = nullptr;
  }

  void AddSample(Page::Sample sample) {
    Must(
        !name_.empty() && metadata_.contains("TYPE") &&
            sample.name.starts_with(name_),
        "a sample without its family's metadata before it");
    Page::Family& family = page_.families[name_];
    const std::string suffix = sample.name.substr(name_.size());
    Must(
        Suffixes().at(family.type).contains(suffix),
        "a suffix that the type " + family.type + " lacks");
    Must(series_.emplace(sample.name, sample.labels).second, "a series twice");
    Labels labels = sample.labels;
    if (suffix == "_bucket") labels.erase("le");
    if (family.type == "summary") labels.erase("quantile");
    if (family.type == "stateset") labels.erase(name_);
    const auto [metric, fresh] = metrics_.try_emplace(std::move(labels));
    Must(fresh || &metric->second == current_, "a metric in two places");
    current_ = &metric->second;
    current_->Add(family.type, suffix, sample);
    family.samples.push_back(std::move(sample));
  }

  Page page_;
  std::string name_;  // of the family
  std::set<std::string> metadata_;
  std::map<std::string, std::string> owners_;
  std::set<std::pair<std::string, Labels>> series_;
  std::map<Labels, Metric> metrics_;
  Metric* current_ = nullptr;
};

}  // namespace

absl::StatusOr<OpenMetricsPage> ParseOpenMetrics(const std::string& text) {
  try {
    return Parser().Parse(text);
  } catch (const Wrong& wrong) {
    return absl::InvalidArgumentError(wrong.what);
  }
}

}  // namespace e2e
