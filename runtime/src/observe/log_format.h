#ifndef HAWKMOUNT_OBSERVE_LOG_FORMAT_H_
#define HAWKMOUNT_OBSERVE_LOG_FORMAT_H_

#include <spdlog/common.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "hawkmount/codegen/cells.h"
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

// Longer than any line.
inline constexpr size_t kLongestLine = 16384;

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

  // A whole line, to where there is room for kLongestLine. Returns its end.
  char* WriteLine(
      const LogRecord& record,
      std::chrono::system_clock::time_point time,
      char* to);

 private:
  // From where on a line of JSON is always the same for a method and code: from
  // the end of its time to its first field that is not.
  struct Segment {
    std::string text;
    size_t fields = 0;  // where the message begins
  };
  struct Segments {
    const Method* method = nullptr;
    Segment request;
    std::array<Segment, codegen::kStatusCodes> responses;
  };

  const Segments& SegmentsOf(const Method& method);
  const Segments& MakeSegments(const Method& method);
  const Segment& SegmentOf(const LogRecord& record) {
    const Segments& segments = SegmentsOf(*record.method);
    return record.kind == LogRecord::Kind::kRequest
               ? segments.request
               : segments.responses[record.code];
  }
  char* WriteMessage(const LogRecord& record, char* to);
  static char* WriteFields(const LogRecord& record, char* to);
  static char* WriteText(const LogRecord& record, char* to);
  // The beginning of a line of JSON, up to the last digit of its time.
  char* WriteTime(std::chrono::system_clock::time_point time, char* to);

  const LogFormat format_;
  std::deque<Segments> segments_;
  std::unordered_map<const Method*, const Segments*> by_method_;
  // The same, found faster: each method has its place, which others may share.
  std::array<const Segments*, 64> lately_{};
  // Where its second began, and the line's beginning up to its fraction.
  int64_t second_ = -1'000'000'000;  // nanoseconds
  char second_text_[34];
};

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_LOG_FORMAT_H_
