#include "observe/console_sink.h"

#include <poll.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

namespace hawkmount::observe {
namespace {

class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to)
      override {
    time_.format(message, to);
    const std::string_view text(message.payload.data(), message.payload.size());
    if (IsFields(text)) {
      Append(text.substr(1), to);
    } else {
      const nlohmann::json quoted = text;
      Append("\"message\":", to);
      Append(
          quoted.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
          to);
      Append("}", to);
    }
    Append("\n", to);
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }

 private:
  // A log record of ours, and not text that only looks like it.
  static bool IsFields(std::string_view text) {
    return text.size() > 2 && text.starts_with('{') && text.ends_with('}') &&
           text.find('\n') == std::string_view::npos &&
           nlohmann::json::accept(text);
  }

  static void Append(std::string_view text, spdlog::memory_buf_t& to) {
    to.append(text.data(), text.data() + text.size());
  }

  spdlog::pattern_formatter time_{
      R"({"timestamp":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","logger":"%n",)",
      spdlog::pattern_time_type::utc,
      ""};
};

bool WriteAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::unique_ptr<spdlog::formatter> MakeFormatter(LogFormat format) {
  if (format == LogFormat::kJson) return std::make_unique<JsonFormatter>();
  return std::make_unique<spdlog::pattern_formatter>(
      "%Y-%m-%dT%H:%M:%S.%fZ %l %n %v", spdlog::pattern_time_type::utc);
}

}  // namespace

ConsoleSink::ConsoleSink(LogFormat format) : base_sink(MakeFormatter(format)) {}

bool ConsoleSink::WriteLines(std::string_view lines) {
  std::lock_guard lock(mutex_);
  return WriteAll(lines);
}

void ConsoleSink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  WriteAll({line.data(), line.size()});
}

std::shared_ptr<spdlog::logger> MakeConsoleLogger(LogFormat format) {
  return std::make_shared<spdlog::logger>(
      "hawkapi.grpc", std::make_shared<ConsoleSink>(format));
}

}  // namespace hawkmount::observe
