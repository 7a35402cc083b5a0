#ifndef HAWKMOUNT_OBSERVE_LOG_FORMAT_H_
#define HAWKMOUNT_OBSERVE_LOG_FORMAT_H_

#include <spdlog/common.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "hawkmount/observability.h"
#include "observe/log_record.h"

namespace hawkmount::observe {

// By whose fault a call ended: INFO for what callers may ask for, WARN for
// what somebody should know, ERROR for what somebody should mend. The same
// table as go-grpc-middleware's.
spdlog::level::level_enum LevelOf(const LogRecord& record);

// As text, as in the lines; empty for no trace.
std::string RequestIdText(const LogRecord& record);
std::string TraceIdText(const LogRecord& record);

// Makes text of records. Belongs to one thread.
class LogFormatter {
 public:
  explicit LogFormatter(LogFormat format) : format_(format) {}

  // What the record says: a JSON object, or text for people.
  void AppendMessage(const LogRecord& record, std::string& to);

  // The same as a whole line, with time, level and logger.
  void AppendLine(
      const LogRecord& record,
      std::chrono::system_clock::time_point time,
      std::string& to);

 private:
  // The parts of a method's messages that are always the same.
  struct Method {
    std::string request;
    std::string responses[17];
  };

  const Method& PartsOf(const hawkmount::Method& method);
  void AppendTime(std::chrono::system_clock::time_point time, std::string& to);
  void AppendFields(const LogRecord& record, std::string& to);
  void AppendText(const LogRecord& record, std::string& to);

  const LogFormat format_;
  std::unordered_map<const hawkmount::Method*, Method> methods_;
  int64_t second_ = -1;  // whose text is in second_text_
  char second_text_[20];
};

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_LOG_FORMAT_H_
