#include "observe/json_log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

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

}  // namespace

std::shared_ptr<spdlog::logger> MakeJsonLogger() {
  auto logger = std::make_shared<spdlog::logger>(
      "hawkapi.grpc", std::make_shared<spdlog::sinks::stdout_sink_mt>());
  logger->set_formatter(std::make_unique<JsonFormatter>());
  return logger;
}

}  // namespace hawkmount::observe
