#ifndef HAWKMOUNT_OBSERVE_OPEN_METRICS_H_
#define HAWKMOUNT_OBSERVE_OPEN_METRICS_H_

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

namespace hawkmount::observe {

// A counter's name without its _total, which OpenMetrics gives to samples only.
std::string CounterName(const std::string& name);

// Families of prometheus-cpp's, which cannot write OpenMetrics itself; without
// the end of the page. Help comes escaped.
std::string OpenMetrics(const std::vector<prometheus::MetricFamily>& families);

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_OPEN_METRICS_H_
