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

#include "absl/status/status.h"
#include "hawkmount/codegen/cells.h"
#include "hawkmount/observability.h"
#include "observe/log_record.h"

namespace hawkmount::observe {

// By whose fault a call ended: INFO for what callers may ask for, WARN for
// what somebody should know, ERROR for what somebody should mend. The same
// table as go-grpc-middleware's.
inline constexpr std::array<spdlog::level::level_enum, codegen::kStatusCodes>
    kLevels = [] {
      std::array<spdlog::level::level_enum, codegen::kStatusCodes> levels{};
      levels.fill(spdlog::level::err);
      for (const absl::StatusCode code :
           {absl::StatusCode::kOk,
            absl::StatusCode::kCancelled,
            absl::StatusCode::kInvalidArgument,
            absl::StatusCode::kNotFound,
            absl::StatusCode::kAlreadyExists,
            absl::StatusCode::kUnauthenticated}) {
        levels[static_cast<size_t>(code)] = spdlog::level::info;
      }
      for (const absl::StatusCode code :
           {absl::StatusCode::kDeadlineExceeded,
            absl::StatusCode::kPermissionDenied,
            absl::StatusCode::kResourceExhausted,
            absl::StatusCode::kFailedPrecondition,
            absl::StatusCode::kAborted,
            absl::StatusCode::kOutOfRange,
            absl::StatusCode::kUnavailable}) {
        levels[static_cast<size_t>(code)] = spdlog::level::warn;
      }
      return levels;
    }();

inline spdlog::level::level_enum LevelOf(const LogRecord& record) {
  return record.kind == LogRecord::Kind::kRequest ? spdlog::level::info
                                                  : kLevels[record.code];
}

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

  const Segments& SegmentsOf(const Method& method) {
    const Segments* lately = LatelyAt(method);
    return lately != nullptr && lately->method == &method
               ? *lately
               : FindSegments(method);
  }
  const Segments*& LatelyAt(const Method& method) {
    const auto address = reinterpret_cast<uintptr_t>(&method);
    return lately_[address / alignof(Method) % lately_.size()];
  }
  const Segments& FindSegments(const Method& method);
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
  void BeginSecond(std::chrono::system_clock::time_point time);
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
