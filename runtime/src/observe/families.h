#ifndef HAWKMOUNT_OBSERVE_FAMILIES_H_
#define HAWKMOUNT_OBSERVE_FAMILIES_H_

#include <prometheus/metric_family.h>

#include <string_view>
#include <vector>

namespace hawkmount::observe {

// A page of ours, in Prometheus' text format, as prometheus-cpp has it: read
// back from the text, so that both tell the same.
std::vector<prometheus::MetricFamily> Families(std::string_view page);

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_FAMILIES_H_
