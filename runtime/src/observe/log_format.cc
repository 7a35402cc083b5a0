#include "observe/log_format.h"

#include <cstring>
#include <ctime>
#include <string_view>
#include <utility>

#include "observe/codes.h"
#include "observe/digits.h"
#include "observe/json_text.h"

namespace hawkmount::observe {
namespace {

using std::chrono::system_clock;

// Where a line's time begins, and where its fraction does.
constexpr size_t kTimeAt = 14;
constexpr std::string_view kTimePattern = R"({"timestamp":"%FT%T.)";
constexpr size_t kLongestPath = 8192;  // no call with a longer one arrives
static_assert(
    512 + kLongestPath + kLongestRequestId +
        kLongestEscape * (kLongestPeer + 2 * kLongestLogText) <=
    kLongestLine);
constexpr std::string_view kLogger = R"("logger":"hawkapi.grpc",)";

char* Write(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

// Valid ids need no escaping.
inline char* WriteId(const LogRecord& record, char* to) {
  if (record.id_size != 0) return Write(record.id(), to);
  return WriteHex(record.id_low, WriteHex(record.id_high, to));
}

[[gnu::noinline]] char* WriteTrace(const LogRecord& record, char* to) {
  to = Write(R"(,"trace_id":")", to);
  to = WriteHex(record.trace_low, WriteHex(record.trace_high, to));
  to = Write(R"(","span_id":")", to);
  return Write("\"", WriteHex(record.span, to));
}

// What few responses have.
[[gnu::noinline]] char* WriteRareFields(const LogRecord& record, char* to) {
  if (record.handler_code != record.code) {
    to = Write(R"(,"handler_code":")", to);
    to = Write("\"", Write(kCodeNames[record.handler_code], to));
  }
  if (record.peer_size != 0) {
    to = Write(R"(,"peer":")", to);
    to = Write("\"", WriteEscaped(record.peer(), to));
  }
  if (record.error_size != 0) {
    to = Write(R"(,"error":")", to);
    to = Write("\"", WriteEscaped(record.error(), to));
  }
  if (record.exception_size != 0) {
    to = Write(R"(,"exception":")", to);
    to = Write("\"", WriteEscaped(record.exception(), to));
  }
  return to;
}

std::string_view LevelName(spdlog::level::level_enum level) {
  const auto name = spdlog::level::to_string_view(level);
  return {name.data(), name.size()};
}

}  // namespace

std::string RequestIdText(const LogRecord& record) {
  std::string text(record.id_size != 0 ? record.id_size : 32, ' ');
  WriteId(record, text.data());
  return text;
}

std::string TraceIdText(const LogRecord& record) {
  if (!record.traced) return "";
  std::string text(32, ' ');
  WriteHex(record.trace_low, WriteHex(record.trace_high, text.data()));
  return text;
}

const LogFormatter::Segments& LogFormatter::FindSegments(const Method& method) {
  const auto [found, added] = by_method_.try_emplace(&method);
  if (added) found->second = &MakeSegments(method);
  return *(LatelyAt(method) = found->second);
}

const LogFormatter::Segments& LogFormatter::MakeSegments(const Method& method) {
  const std::string path(method.path.substr(0, kLongestPath));
  const auto make = [](spdlog::level::level_enum level, std::string fields) {
    Segment segment;
    segment.text = R"(Z","level":")" + std::string(LevelName(level)) + "\",";
    segment.text += kLogger;
    segment.fields = segment.text.size();
    segment.text += std::move(fields);
    return segment;
  };
  Segments& segments = segments_.emplace_back();
  segments.method = &method;
  segments.request = make(
      spdlog::level::info,
      R"("event":"grpc.request","method":")" + path + R"(","peer":")");
  for (size_t code = 0; code < kCodeNames.size(); ++code) {
    LogRecord record{};
    record.kind = LogRecord::Kind::kResponse;
    record.code = static_cast<uint8_t>(code);
    segments.responses[code] = make(
        LevelOf(record),
        R"("event":"grpc.response","method":")" + path + R"(","code":")" +
            std::string(kCodeNames[code]) + R"(","request_id":")");
  }
  return segments;
}

// All after the method's segment.
[[gnu::always_inline]] inline char* LogFormatter::WriteFields(
    const LogRecord& record, char* to) {
  if (record.kind == LogRecord::Kind::kRequest) {
    to = WriteEscaped(record.peer(), to);
    to = Write(R"(","request_id":")", to);
    to = Write("\"", WriteId(record, to));
    if (record.traced) to = WriteTrace(record, to);
  } else {
    to = Write("\"", WriteId(record, to));
    if (record.traced) to = WriteTrace(record, to);
    to = Write(R"(,"duration_ms":)", to);
    to = WriteMilliseconds(record.duration, to);
    if (record.handler_code != record.code ||
        (record.peer_size | record.error_size | record.exception_size) != 0) {
      to = WriteRareFields(record, to);
    }
  }
  *to++ = '}';
  return to;
}

char* LogFormatter::WriteText(const LogRecord& record, char* to) {
  const bool request = record.kind == LogRecord::Kind::kRequest;
  to = Write(request ? "grpc.request " : "grpc.response ", to);
  to = Write(record.method->path.substr(0, kLongestPath), to);
  if (request) {
    to = WriteEscaped(record.peer(), Write(" peer=", to));
    return WriteId(record, Write(" request_id=", to));
  }
  to = Write(kCodeNames[record.code], Write(" ", to));
  to = WriteMilliseconds(record.duration, Write(" duration_ms=", to));
  if (record.handler_code != record.code) {
    to = Write(kCodeNames[record.handler_code], Write(" handler_code=", to));
  }
  to = WriteId(record, Write(" request_id=", to));
  if (record.peer_size != 0) {
    to = WriteEscaped(record.peer(), Write(" peer=", to));
  }
  if (record.error_size != 0) {
    to = WriteEscaped(record.error(), Write(" error=\"", to));
    *to++ = '"';
  }
  if (record.exception_size != 0) {
    to = WriteEscaped(record.exception(), Write(" exception=\"", to));
    *to++ = '"';
  }
  return to;
}

char* LogFormatter::WriteMessage(const LogRecord& record, char* to) {
  if (format_ == LogFormat::kText) return WriteText(record, to);
  const Segment& segment = SegmentOf(record);
  *to++ = '{';
  to = Write(std::string_view(segment.text).substr(segment.fields), to);
  return WriteFields(record, to);
}

void LogFormatter::BeginSecond(system_clock::time_point time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t seconds = system_clock::to_time_t(second);
  std::tm parts;
  gmtime_r(&seconds, &parts);
  char text[sizeof(second_text_) + 1];
  std::strftime(text, sizeof(text), kTimePattern.data(), &parts);
  std::memcpy(second_text_, text, sizeof(second_text_));
  second_ = std::chrono::nanoseconds(second.time_since_epoch()).count();
}

inline char* LogFormatter::WriteTime(system_clock::time_point time, char* to) {
  const int64_t now = std::chrono::nanoseconds(time.time_since_epoch()).count();
  if (static_cast<uint64_t>(now - second_) >= 1'000'000'000) [[unlikely]] {
    BeginSecond(time);
  }
  std::memcpy(to, second_text_, sizeof(second_text_));
  return WriteSixDigits(
      static_cast<uint32_t>(now - second_) / 1000, to + sizeof(second_text_));
}

char* LogFormatter::WriteLine(
    const LogRecord& record, system_clock::time_point time, char* to) {
  if (format_ == LogFormat::kJson) {
    to = Write(SegmentOf(record).text, WriteTime(time, to));
    to = WriteFields(record, to);
  } else {
    char line[64];
    const char* end = WriteTime(time, line);
    to = Write({line + kTimeAt, end}, to);
    to = Write(LevelName(LevelOf(record)), Write("Z ", to));
    to = WriteText(record, Write(" hawkapi.grpc ", to));
  }
  *to++ = '\n';
  return to;
}

void LogFormatter::AppendMessage(const LogRecord& record, std::string& to) {
  const size_t before = to.size();
  to.resize(before + kLongestLine);
  to.resize(static_cast<size_t>(WriteMessage(record, &to[before]) - to.data()));
}

void LogFormatter::AppendLine(
    const LogRecord& record, system_clock::time_point time, std::string& to) {
  const size_t before = to.size();
  to.resize(before + kLongestLine);
  to.resize(
      static_cast<size_t>(WriteLine(record, time, &to[before]) - to.data()));
}

}  // namespace hawkmount::observe
