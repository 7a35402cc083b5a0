#ifndef HAWKMOUNT_TESTING_LOG_H_
#define HAWKMOUNT_TESTING_LOG_H_

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spdlog {
class logger;
}  // namespace spdlog

namespace hawkmount::testing {

// A line of a log.
struct LogRecord {
  std::string level;  // "info", "warning", "error", as spdlog has it
  std::string text;
  // Of a line that is a JSON object, as the records of calls are: its values as
  // text, those that are no strings as JSON has them. Empty for other lines.
  std::map<std::string, std::string> fields;

  // Empty when there is no such field.
  std::string Field(const std::string& name) const;
};

// Keeps what is logged:
//
//   LogCapture log;
//   TestServer server(GreeterMount(handler), {.app = {.logger =
//   log.logger()}});
//   ...
//   const auto end = log.Await({{"event", "grpc.response"}, {"code", "OK"}});
//
// Any thread. The logger may outlive it.
class LogCapture {
 public:
  using Fields = std::map<std::string, std::string>;

  LogCapture();

  std::shared_ptr<spdlog::logger> logger() const { return logger_; }

  // All there is, the oldest first. Records of calls are written a moment after
  // their calls: see Await.
  std::vector<LogRecord> records() const;
  // Those with all of these fields.
  std::vector<LogRecord> Find(const Fields& fields) const;
  // The first one with all of these fields, once it is there. Nothing after
  // `timeout`.
  std::optional<LogRecord> Await(
      const Fields& fields,
      std::chrono::milliseconds timeout = std::chrono::minutes(1)) const;
  // Whether a text is anywhere in it: a secret, say.
  bool Mentions(const std::string& text) const;

 private:
  class Sink;
  std::shared_ptr<Sink> sink_;
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_LOG_H_
