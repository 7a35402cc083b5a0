#ifndef HAWKMOUNT_OBSERVE_EXPOSITION_H_
#define HAWKMOUNT_OBSERVE_EXPOSITION_H_

#include <string>
#include <vector>

#include "observe/snapshot.h"

namespace hawkmount::observe {

// In Prometheus' text format 0.0.4.
std::string MetricsText(Side side, const std::vector<MethodSnapshot>& methods);
std::string EngineText(
    const EngineSnapshot& engine,
    const std::string& version,
    const std::string& grpc_version);

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_EXPOSITION_H_
