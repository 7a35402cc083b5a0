#include "observe/others.h"

#include <prometheus/text_serializer.h>

#include <exception>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "observe/open_metrics.h"

namespace hawkmount::observe {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

// The names of a family's samples, and its own: no other may have any.
std::vector<std::string> Names(const TextWriter::Family& family) {
  const std::string& name = family.name;
  switch (family.type) {
    case FamilyType::kCounter:
      return {name, name + "_total", name + "_created"};
    case FamilyType::kInfo:
      return {name, name + "_info"};
    case FamilyType::kHistogram:
      return {
          name,
          name + "_bucket",
          name + "_sum",
          name + "_count",
          name + "_created"};
    case FamilyType::kGauge:
      break;
  }
  return {name};
}

std::vector<std::string> Names(const MetricFamily& family) {
  switch (family.type) {
    case MetricType::Counter:
      return Names({CounterName(family.name), FamilyType::kCounter});
    case MetricType::Histogram:
    case MetricType::Summary:
      return Names({family.name, FamilyType::kHistogram});
    default:
      return Names({family.name, FamilyType::kGauge});
  }
}

bool IsName(const std::string& name) {
  if (name.empty() || absl::ascii_isdigit(name.front())) return false;
  for (const char c : name) {
    if (!absl::ascii_isalnum(c) && c != '_' && c != ':') return false;
  }
  return true;
}

// prometheus-cpp writes help as it is.
void EscapeHelp(std::string& help) {
  std::string escaped;
  for (const char c : help) {
    if (c == '\\') escaped.push_back('\\');
    if (c == '\n') {
      escaped.append("\\n");
    } else {
      escaped.push_back(c);
    }
  }
  help = std::move(escaped);
}

}  // namespace

std::vector<MetricFamily> Others::Collect() {
  std::vector<MetricFamily> all;
  for (size_t i = 0; i < collectables_.size(); ++i) {
    const std::string which = absl::StrCat("MetricsOptions::others[", i, "]");
    if (collectables_[i] == nullptr) {
      TellOnce(which + " is null: it is not on the page");
      continue;
    }
    try {
      for (MetricFamily& family : collectables_[i]->Collect()) {
        all.push_back(std::move(family));
      }
    } catch (const std::exception& error) {
      TellOnce(absl::StrCat(
          which, " threw, and is not on the page: ", error.what()));
    } catch (...) {
      TellOnce(which + " threw, and is not on the page");
    }
  }
  return all;
}

void Others::Write(TextWriter& writer, std::vector<MetricFamily> families) {
  std::set<std::string> taken;
  for (const TextWriter::Family& family : writer.families()) {
    for (std::string& name : Names(family)) taken.insert(std::move(name));
  }
  std::vector<MetricFamily> wanted;
  for (MetricFamily& family : families) {
    if (family.metric.empty()) continue;
    if (!IsName(family.name)) {
      TellOnce(absl::StrCat(
          "a metric of MetricsOptions::others is not on the page: \"",
          family.name,
          "\" is no name of a metric"));
      continue;
    }
    bool free = true;
    std::vector<std::string> names = Names(family);
    for (const std::string& name : names) free = free && !taken.contains(name);
    if (!free) {
      TellOnce(absl::StrCat(
          "the metric ",
          family.name,
          " of MetricsOptions::others is not on the page, which has one of "
          "that name already: rename it, or change MetricsOptions::prefix"));
      continue;
    }
    for (std::string& name : names) taken.insert(std::move(name));
    EscapeHelp(family.help);
    wanted.push_back(std::move(family));
  }
  if (wanted.empty()) return;
  writer.Append(
      writer.format() == TextFormat::kOpenMetrics
          ? OpenMetrics(wanted)
          : prometheus::TextSerializer().Serialize(wanted));
}

void Others::TellOnce(const std::string& what) {
  {
    std::lock_guard lock(mutex_);
    if (!told_.insert(what).second) return;
  }
  logger_->warn("{}", what);
}

}  // namespace hawkmount::observe
