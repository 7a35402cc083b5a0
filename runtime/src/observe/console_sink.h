#ifndef HAWKMOUNT_OBSERVE_CONSOLE_SINK_H_
#define HAWKMOUNT_OBSERVE_CONSOLE_SINK_H_

#include <spdlog/sinks/base_sink.h>

#include <memory>
#include <mutex>
#include <string_view>

#include "hawkmount/observability.h"

namespace hawkmount::observe {

// Writes to standard output, whole lines at a time.
class ConsoleSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit ConsoleSink(LogFormat format);

  // False when they could not be written: the disk is full, the reader gone.
  bool WriteLines(std::string_view lines);

 private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}
};

// The logger "hawkapi.grpc" over such a sink. In JSON a message that is an
// object itself becomes part of its line; any other is its "message".
std::shared_ptr<spdlog::logger> MakeConsoleLogger(LogFormat format);

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_CONSOLE_SINK_H_
