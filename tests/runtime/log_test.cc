// The records of a call, and the lines that they become.

#include <gtest/gtest.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "fake_call.h"
#include "hawkmount/codegen/hooks.h"
#include "observe/json_log.h"

namespace hawkmount::observe {
namespace {

using nlohmann::json;
using std::chrono::microseconds;

// The one line that the app's own logger writes for a message.
json LineOf(const std::string& message) {
  testing::internal::CaptureStdout();
  MakeJsonLogger()->warn("{}", message);
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
  json line = json::parse(text, nullptr, /*allow_exceptions=*/false);
  EXPECT_TRUE(line.is_object()) << text;
  return line;
}

TEST(JsonLog, APlainMessageIsOneField) {
  const json line = LineOf("hello");
  EXPECT_EQ(line.value("message", ""), "hello");
  EXPECT_EQ(line.value("level", ""), "warning");
  EXPECT_EQ(line.value("logger", ""), "hawkapi.grpc");
  // 2023-11-21T05:50:00.123456Z
  const std::string time = line.value("timestamp", "");
  EXPECT_EQ(time.size(), 27u) << time;
  EXPECT_EQ(time.find_first_not_of("0123456789-:.TZ"), std::string::npos);
}

TEST(JsonLog, AnObjectBecomesPartOfTheLine) {
  const json line = LineOf(R"({"event":"grpc.request","number":5})");
  EXPECT_EQ(line.value("event", ""), "grpc.request");
  EXPECT_EQ(line.value("number", 0), 5);
  EXPECT_EQ(line.count("message"), 0u);
}

TEST(JsonLog, WhateverIsLoggedTheLineIsJson) {
  for (const std::string& message :
       {std::string("quote \" and backslash \\"),
        std::string("two\nlines\r\n\ttab"),
        std::string("not UTF-8: \xff\xc3\x28"),
        std::string("nul \0 byte", 10),
        std::string(100'000, 'x'),
        std::string("")}) {
    EXPECT_EQ(LineOf(message).count("message"), 1u);
  }
}

TEST(JsonLog, WhatOnlyLooksLikeAnObjectIsText) {
  for (const std::string& message :
       {std::string("{a set} of {names}"),
        std::string("{\"open\": }"),
        std::string("{\"a\": 1} and {\"b\": 2}"),
        std::string("{\n\"lines\": 2}"),
        std::string("{\"line\": \"\n\"}"),
        std::string("{\"bytes\": \"\xff\"}")}) {
    const json line = LineOf(message);
    EXPECT_EQ(line.count("message"), 1u) << message;
  }
}

TEST(JsonLog, AnEmptyObjectAddsNothing) {
  EXPECT_TRUE(LineOf("{}").is_object());
}

// Keeps messages as they were given to it.
class KeepingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  struct Record {
    spdlog::level::level_enum level;
    json fields;
  };
  std::vector<Record> records;
  bool throws = false;

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (throws) throw std::runtime_error("disk full");
    records.push_back(
        {message.level,
         json::parse(
             std::string(message.payload.data(), message.payload.size()))});
  }
  void flush_() override {}
};

class LogHookTest : public testing::Test {
 protected:
  LogHookTest() {
    logger_.set_error_handler([](const std::string&) { throw 1; });
  }

  // A call with the hook around it.
  void Call(FakeCall& call, absl::StatusCode code, microseconds taken = {}) {
    call.record.logger = &logger_;
    const FakeContext context(call);
    const codegen::LogHook hook(context);
    call.record.end = call.record.start + taken;
    call.record.code = code;
  }

  std::shared_ptr<KeepingSink> sink_ = std::make_shared<KeepingSink>();
  spdlog::logger logger_{"test", sink_};
};

TEST_F(LogHookTest, OneRecordWhenItArrivesAndOneWhenItIsOver) {
  FakeCall call;
  call.record.observed = true;
  call.received = {{"x-request-id", "the-id"}};
  call.record.handler_code = absl::StatusCode::kOk;
  Call(call, absl::StatusCode::kOk, microseconds(1500));
  ASSERT_EQ(sink_->records.size(), 2u);
  EXPECT_EQ(
      sink_->records[0].fields,
      json::parse(R"({"event":"grpc.request","method":"/pkg.Service/Method",
                      "peer":"ipv4:127.0.0.1:1","request_id":"the-id"})"));
  EXPECT_EQ(
      sink_->records[1].fields,
      json::parse(R"({"event":"grpc.response","method":"/pkg.Service/Method",
                      "request_id":"the-id","code":"OK","duration_ms":1.5})"));
}

TEST_F(LogHookTest, TheLevelFollowsTheCode) {
  using absl::StatusCode;
  for (int i = 0; i < 17; ++i) {
    const auto code = static_cast<StatusCode>(i);
    FakeCall call;
    call.record.observed = true;
    call.record.handler_code = code;
    Call(call, code);
    auto expected = spdlog::level::warn;
    if (code == StatusCode::kOk) expected = spdlog::level::info;
    if (code == StatusCode::kUnknown || code == StatusCode::kInternal ||
        code == StatusCode::kDataLoss) {
      expected = spdlog::level::err;
    }
    EXPECT_EQ(sink_->records.back().level, expected) << i;
    EXPECT_EQ(sink_->records.back().fields.count("handler_code"), 0u);
  }
}

TEST_F(LogHookTest, WhatTheHandlerSaidIsThereWhenItWasOverruled) {
  FakeCall call;
  call.record.observed = true;
  call.record.handler_code = absl::StatusCode::kOk;
  Call(call, absl::StatusCode::kCancelled);
  EXPECT_EQ(sink_->records[1].fields.value("code", ""), "CANCELLED");
  EXPECT_EQ(sink_->records[1].fields.value("handler_code", ""), "OK");
}

TEST_F(LogHookTest, NothingOfCallsThatAreNotObserved) {
  FakeCall call;
  Call(call, absl::StatusCode::kInternal);
  EXPECT_TRUE(sink_->records.empty());
}

TEST_F(LogHookTest, OnlyErrorsWhenTheLoggerWantsNoMore) {
  logger_.set_level(spdlog::level::err);
  FakeCall ok;
  ok.record.observed = true;
  Call(ok, absl::StatusCode::kOk);
  EXPECT_TRUE(sink_->records.empty());
  FakeCall error;
  error.record.observed = true;
  Call(error, absl::StatusCode::kInternal);
  EXPECT_EQ(sink_->records.size(), 1u);
}

TEST_F(LogHookTest, APeerThatIsNotUtf8IsStillJson) {
  FakeCall call;
  call.record.observed = true;
  call.peer = "unix:\xff\n\"";
  Call(call, absl::StatusCode::kOk);
  EXPECT_EQ(sink_->records.size(), 2u);
}

// Also when the logger's error handler throws on top.
TEST_F(LogHookTest, ASinkThatThrowsDoesNotTouchTheCall) {
  sink_->throws = true;
  FakeCall call;
  call.record.observed = true;
  Call(call, absl::StatusCode::kOk);
}

}  // namespace
}  // namespace hawkmount::observe
