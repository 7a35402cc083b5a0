#ifndef HAWKMOUNT_TESTS_E2E_OPENMETRICS_H_
#define HAWKMOUNT_TESTS_E2E_OPENMETRICS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace e2e {

// A page of OpenMetrics 1.0, read by the letter of the standard: what it says
// must be so is checked, and what it only recommends is not.
struct OpenMetricsPage {
  using Labels = std::map<std::string, std::string>;

  struct Exemplar {
    Labels labels;
    double value = 0;
    std::optional<double> timestamp;
  };
  struct Sample {
    std::string name;
    Labels labels;
    double value = 0;
    std::optional<double> timestamp;
    std::optional<Exemplar> exemplar;
  };
  struct Family {
    std::string type = "unknown";
    std::string help;
    std::vector<Sample> samples;
  };

  // By name, without the suffixes of samples.
  std::map<std::string, Family> families;
};

// The error names the line and what is wrong with it.
absl::StatusOr<OpenMetricsPage> ParseOpenMetrics(const std::string& text);

}  // namespace e2e

#endif  // HAWKMOUNT_TESTS_E2E_OPENMETRICS_H_
