#include "hawkmount/testing/log.h"

#include <spdlog/sinks/sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

namespace hawkmount::testing {
namespace {

LogRecord Parse(const spdlog::details::log_msg& message) {
  const auto level = spdlog::level::to_string_view(message.level);
  LogRecord record;
  record.level.assign(level.data(), level.size());
  record.text.assign(message.payload.data(), message.payload.size());
  const auto json =
      nlohmann::json::parse(record.text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return record;
  for (const auto& [name, value] : json.items()) {
    record.fields[name] =
        value.is_string() ? value.get<std::string>() : value.dump();
  }
  return record;
}

bool Has(const LogRecord& record, const LogCapture::Fields& fields) {
  return std::all_of(fields.begin(), fields.end(), [&](const auto& field) {
    const auto found = record.fields.find(field.first);
    return found != record.fields.end() && found->second == field.second;
  });
}

}  // namespace

class LogCapture::Sink final : public spdlog::sinks::sink {
 public:
  void log(const spdlog::details::log_msg& message) override {
    LogRecord record = Parse(message);
    const std::lock_guard lock(mutex_);
    records_.push_back(std::move(record));
    came_.notify_all();
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

  std::vector<LogRecord> Records() const {
    const std::lock_guard lock(mutex_);
    return records_;
  }

  std::optional<LogRecord> Await(
      const Fields& fields, std::chrono::milliseconds timeout) const {
    std::unique_lock lock(mutex_);
    size_t seen = 0;
    const bool found = came_.wait_for(lock, timeout, [&] {
      while (seen < records_.size() && !Has(records_[seen], fields)) ++seen;
      return seen < records_.size();
    });
    if (!found) return std::nullopt;
    return records_[seen];
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  std::vector<LogRecord> records_;
};

std::string LogRecord::Field(const std::string& name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

LogCapture::LogCapture()
    : sink_(std::make_shared<Sink>()),
      logger_(std::make_shared<spdlog::logger>("captured", sink_)) {
  logger_->set_level(spdlog::level::trace);
}

std::vector<LogRecord> LogCapture::records() const { return sink_->Records(); }

std::vector<LogRecord> LogCapture::Find(const Fields& fields) const {
  std::vector<LogRecord> found = records();
  std::erase_if(
      found, [&](const LogRecord& record) { return !Has(record, fields); });
  return found;
}

std::optional<LogRecord> LogCapture::Await(
    const Fields& fields, std::chrono::milliseconds timeout) const {
  return sink_->Await(fields, timeout);
}

bool LogCapture::Mentions(const std::string& text) const {
  const std::vector<LogRecord> all = records();
  return std::any_of(all.begin(), all.end(), [&](const LogRecord& record) {
    return record.text.find(text) != std::string::npos;
  });
}

}  // namespace hawkmount::testing
