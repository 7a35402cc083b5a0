#include "observe/log_format.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>

#include "observe/codes.h"

namespace hawkmount::observe {
namespace {

using std::chrono::system_clock;

constexpr auto kHexPairs = [] {
  std::array<char, 512> pairs{};
  for (size_t i = 0; i < 256; ++i) {
    pairs[2 * i] = "0123456789abcdef"[i >> 4];
    pairs[2 * i + 1] = "0123456789abcdef"[i & 15];
  }
  return pairs;
}();

char* WriteHex(uint64_t value, char* to) {
  for (int shift = 56; shift >= 0; shift -= 8, to += 2) {
    std::memcpy(to, &kHexPairs[2 * ((value >> shift) & 255)], 2);
  }
  return to;
}

// Valid ids need no escaping.
void AppendId(const LogRecord& record, std::string& to) {
  if (record.id_size != 0) {
    to.append(record.id());
    return;
  }
  char digits[32];
  WriteHex(record.id_low, WriteHex(record.id_high, digits));
  to.append(digits, sizeof(digits));
}

void AppendTrace(const LogRecord& record, std::string& to) {
  if (!record.traced) return;
  char digits[48];
  WriteHex(
      record.span,
      WriteHex(record.trace_low, WriteHex(record.trace_high, digits)));
  to.append(R"(,"trace_id":")");
  to.append(digits, 32);
  to.append(R"(","span_id":")");
  to.append(digits + 32, 16);
  to.push_back('"');
}

// Milliseconds with three decimals.
void AppendMilliseconds(uint64_t nanoseconds, std::string& to) {
  const uint64_t microseconds = (nanoseconds + 500) / 1000;
  char digits[24];
  char* end = std::to_chars(digits, digits + 20, microseconds / 1000).ptr;
  const uint64_t rest = microseconds % 1000;
  *end++ = '.';
  *end++ = static_cast<char>('0' + rest / 100);
  *end++ = static_cast<char>('0' + rest / 10 % 10);
  *end++ = static_cast<char>('0' + rest % 10);
  to.append(digits, end);
}

// Between the quotes of JSON. What is not UTF-8 is replaced.
void AppendEscaped(std::string_view text, std::string& to) {
  for (const char c : text) {
    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
      const std::string quoted = nlohmann::json(text).dump(
          -1, ' ', false, nlohmann::json::error_handler_t::replace);
      to.append(quoted, 1, quoted.size() - 2);
      return;
    }
  }
  to.append(text);
}

std::string_view LevelName(spdlog::level::level_enum level) {
  const auto name = spdlog::level::to_string_view(level);
  return {name.data(), name.size()};
}

}  // namespace

spdlog::level::level_enum LevelOf(const LogRecord& record) {
  if (record.kind == LogRecord::Kind::kRequest) return spdlog::level::info;
  switch (static_cast<absl::StatusCode>(record.code)) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kUnauthenticated:
      return spdlog::level::info;
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnavailable:
      return spdlog::level::warn;
    default:
      return spdlog::level::err;
  }
}

std::string RequestIdText(const LogRecord& record) {
  std::string text;
  AppendId(record, text);
  return text;
}

std::string TraceIdText(const LogRecord& record) {
  if (!record.traced) return "";
  char digits[32];
  WriteHex(record.trace_low, WriteHex(record.trace_high, digits));
  return std::string(digits, sizeof(digits));
}

const LogFormatter::Method& LogFormatter::PartsOf(
    const hawkmount::Method& method) {
  const auto [found, added] = methods_.try_emplace(&method);
  Method& parts = found->second;
  if (!added) return parts;
  const std::string path(method.path);
  parts.request =
      R"("event":"grpc.request","method":")" + path + R"(","peer":")";
  for (size_t code = 0; code < kCodeNames.size(); ++code) {
    parts.responses[code] = R"("event":"grpc.response","method":")" + path +
                            R"(","code":")" + std::string(kCodeNames[code]) +
                            R"(","request_id":")";
  }
  return parts;
}

void LogFormatter::AppendFields(const LogRecord& record, std::string& to) {
  const Method& parts = PartsOf(*record.method);
  if (record.kind == LogRecord::Kind::kRequest) {
    to.append(parts.request);
    AppendEscaped(record.peer(), to);
    to.append(R"(","request_id":")");
    AppendId(record, to);
    to.push_back('"');
    AppendTrace(record, to);
    to.push_back('}');
    return;
  }
  to.append(parts.responses[record.code]);
  AppendId(record, to);
  to.push_back('"');
  AppendTrace(record, to);
  to.append(R"(,"duration_ms":)");
  AppendMilliseconds(record.duration, to);
  if (record.handler_code != record.code) {
    to.append(R"(,"handler_code":")");
    to.append(kCodeNames[record.handler_code]);
    to.push_back('"');
  }
  if (record.peer_size != 0) {
    to.append(R"(,"peer":")");
    AppendEscaped(record.peer(), to);
    to.push_back('"');
  }
  if (record.error_size != 0) {
    to.append(R"(,"error":")");
    AppendEscaped(record.error(), to);
    to.push_back('"');
  }
  if (record.exception_size != 0) {
    to.append(R"(,"exception":")");
    AppendEscaped(record.exception(), to);
    to.push_back('"');
  }
  to.push_back('}');
}

void LogFormatter::AppendText(const LogRecord& record, std::string& to) {
  if (record.kind == LogRecord::Kind::kRequest) {
    to.append("grpc.request ");
    to.append(record.method->path);
    to.append(" peer=");
    AppendEscaped(record.peer(), to);
  } else {
    to.append("grpc.response ");
    to.append(record.method->path);
    to.push_back(' ');
    to.append(kCodeNames[record.code]);
    to.append(" duration_ms=");
    AppendMilliseconds(record.duration, to);
    if (record.handler_code != record.code) {
      to.append(" handler_code=");
      to.append(kCodeNames[record.handler_code]);
    }
  }
  to.append(" request_id=");
  AppendId(record, to);
  if (record.kind == LogRecord::Kind::kRequest) return;
  if (record.peer_size != 0) {
    to.append(" peer=");
    AppendEscaped(record.peer(), to);
  }
  if (record.error_size != 0) {
    to.append(" error=\"");
    AppendEscaped(record.error(), to);
    to.push_back('"');
  }
  if (record.exception_size != 0) {
    to.append(" exception=\"");
    AppendEscaped(record.exception(), to);
    to.push_back('"');
  }
}

void LogFormatter::AppendMessage(const LogRecord& record, std::string& to) {
  if (format_ == LogFormat::kText) return AppendText(record, to);
  to.push_back('{');
  AppendFields(record, to);
}

void LogFormatter::AppendTime(system_clock::time_point time, std::string& to) {
  const auto microseconds =
      std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch())
          .count();
  const int64_t second = microseconds / 1'000'000;
  if (second != second_) {
    second_ = second;
    const auto seconds = static_cast<std::time_t>(second);
    std::tm parts;
    gmtime_r(&seconds, &parts);
    std::strftime(second_text_, sizeof(second_text_), "%FT%T", &parts);
  }
  char text[27];
  std::memcpy(text, second_text_, 19);
  text[19] = '.';
  int64_t rest = microseconds % 1'000'000;
  for (int i = 25; i > 19; --i, rest /= 10) {
    text[i] = static_cast<char>('0' + rest % 10);
  }
  text[26] = 'Z';
  to.append(text, sizeof(text));
}

void LogFormatter::AppendLine(
    const LogRecord& record, system_clock::time_point time, std::string& to) {
  const std::string_view level = LevelName(LevelOf(record));
  if (format_ == LogFormat::kText) {
    AppendTime(time, to);
    to.push_back(' ');
    to.append(level);
    to.append(" hawkapi.grpc ");
    AppendText(record, to);
  } else {
    to.append(R"({"timestamp":")");
    AppendTime(time, to);
    to.append(R"(","level":")");
    to.append(level);
    to.append(R"(","logger":"hawkapi.grpc",)");
    AppendFields(record, to);
  }
  to.push_back('\n');
}

}  // namespace hawkmount::observe
