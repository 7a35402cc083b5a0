#ifndef HAWKMOUNT_OBSERVE_JSON_LOG_H_
#define HAWKMOUNT_OBSERVE_JSON_LOG_H_

#include <memory>

namespace spdlog {
class logger;
}  // namespace spdlog

namespace hawkmount::observe {

// The logger "hawkapi.grpc", which writes a JSON object a line to standard
// output. A message that is a JSON object itself becomes part of it; any other
// is its "message".
std::shared_ptr<spdlog::logger> MakeJsonLogger();

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_JSON_LOG_H_
