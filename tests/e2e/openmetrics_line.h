#ifndef HAWKMOUNT_TESTS_E2E_OPENMETRICS_LINE_H_
#define HAWKMOUNT_TESTS_E2E_OPENMETRICS_LINE_H_

#include <string>

#include "openmetrics.h"

// What single lines of OpenMetrics must be: of the parser, not for tests.
namespace e2e::openmetrics {

// Wrong pages are rare: what is wrong is thrown within the parser.
struct Wrong {
  std::string what;
};

void Must(bool holds, const std::string& what);

bool IsName(const std::string& name, bool colons);
// Whether le and quantile may be written so: as canonical floats.
bool IsCanonical(const std::string& text);
double Number(const std::string& text);
// The characters of UTF-8 text.
size_t Characters(const std::string& text);
std::string Unescape(const std::string& text);
OpenMetricsPage::Sample ReadSample(const std::string& line);

}  // namespace e2e::openmetrics

#endif  // HAWKMOUNT_TESTS_E2E_OPENMETRICS_LINE_H_
