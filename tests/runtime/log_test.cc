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
#include "observe/console_sink.h"
#include "observe/log_format.h"
#include "observe/log_writer.h"
#include "observe/request_id.h"

namespace hawkmount::observe {
namespace {

using nlohmann::json;
using std::chrono::microseconds;

// The one line that the app's own logger writes for a message.
json LineOf(const std::string& message) {
  testing::internal::CaptureStdout();
  MakeConsoleLogger(LogFormat::kJson)->warn("{}", message);
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
    logger_->set_error_handler([](const std::string&) { throw 1; });
  }

  // A call with the hook around it, and its records written.
  void Call(FakeCall& call, absl::StatusCode code, microseconds taken = {}) {
    ASSERT_TRUE(writer_.Start().ok());
    call.record.log = &log_;
    {
      const FakeContext context(call);
      const codegen::LogHook hook(context);
      call.record.end = call.record.start + taken;
      call.record.code = code;
    }
    ASSERT_TRUE(writer_.Flush(std::chrono::seconds(60)));
  }

  std::shared_ptr<KeepingSink> sink_ = std::make_shared<KeepingSink>();
  std::shared_ptr<spdlog::logger> logger_ =
      std::make_shared<spdlog::logger>("test", sink_);
  LogWriter writer_{logger_, LogFormat::kJson};
  std::shared_ptr<LogRing> ring_ = writer_.AddRing(1 << 16);
  codegen::CallLog log_{.ring = ring_.get()};
};

TEST_F(LogHookTest, OneRecordWhenItArrivesAndOneWhenItIsOver) {
  FakeCall call;
  call.received = {{"x-request-id", "the-id"}};
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

TEST_F(LogHookTest, AnIdOfOurOwnIsTheSameEverywhere) {
  FakeCall call;
  Call(call, absl::StatusCode::kOk);
  ASSERT_EQ(sink_->records.size(), 2u);
  const std::string id(RequestIdOf(call));
  EXPECT_EQ(sink_->records[0].fields.value("request_id", ""), id);
  EXPECT_EQ(sink_->records[1].fields.value("request_id", ""), id);
}

TEST_F(LogHookTest, TheLevelSaysWhoseFaultItIs) {
  using absl::StatusCode;
  constexpr auto info = spdlog::level::info;
  constexpr auto warn = spdlog::level::warn;
  constexpr auto err = spdlog::level::err;
  const spdlog::level::level_enum expected[17] = {
      info,
      info,
      err,
      info,
      warn,
      info,
      info,
      warn,
      warn,
      warn,
      warn,
      warn,
      err,
      err,
      warn,
      err,
      info};
  for (int i = 0; i < 17; ++i) {
    const auto code = static_cast<StatusCode>(i);
    FakeCall call;
    call.record.handler_code = code;
    Call(call, code);
    EXPECT_EQ(sink_->records.back().level, expected[i]) << i;
    EXPECT_EQ(sink_->records.back().fields.count("handler_code"), 0u);
  }
}

TEST_F(LogHookTest, WhatTheHandlerSaidIsThereWhenItWasOverruled) {
  FakeCall call;
  call.record.handler_code = absl::StatusCode::kOk;
  Call(call, absl::StatusCode::kCancelled);
  EXPECT_EQ(sink_->records[1].fields.value("code", ""), "CANCELLED");
  EXPECT_EQ(sink_->records[1].fields.value("handler_code", ""), "OK");
}

TEST_F(LogHookTest, TheErrorAndTheExceptionAreTold) {
  FakeCall call;
  const std::string message = "no \"such\" thing\n\xff";
  call.record.message = message;
  call.record.exception = "std::runtime_error: boom";
  Call(call, absl::StatusCode::kUnknown);
  EXPECT_EQ(
      sink_->records[1].fields.value("error", ""),
      "no \"such\" thing\n\xef\xbf\xbd");
  EXPECT_EQ(
      sink_->records[1].fields.value("exception", ""),
      "std::runtime_error: boom");
}

TEST_F(LogHookTest, LongTextsAreCutBetweenLetters) {
  FakeCall call;
  std::string message;
  while (message.size() < 2000) message += "\xc3\xa9";
  call.record.message = message;
  Call(call, absl::StatusCode::kInternal);
  const std::string error = sink_->records[1].fields.value("error", "");
  EXPECT_EQ(error.size(), kLongestLogText);
  EXPECT_TRUE(message.starts_with(error));
}

TEST_F(LogHookTest, NothingOfCallsThatAreNotLogged) {
  FakeCall call;
  {
    const FakeContext context(call);
    const codegen::LogHook hook(context);
    call.record.code = absl::StatusCode::kInternal;
  }
  ASSERT_TRUE(writer_.Flush(std::chrono::seconds(60)));
  EXPECT_TRUE(sink_->records.empty());
}

TEST_F(LogHookTest, OnlyErrorsWhenTheLoggerWantsNoMore) {
  logger_->set_level(spdlog::level::err);
  FakeCall ok;
  Call(ok, absl::StatusCode::kOk);
  EXPECT_TRUE(sink_->records.empty());
  FakeCall error;
  Call(error, absl::StatusCode::kInternal);
  EXPECT_EQ(sink_->records.size(), 1u);
}

TEST_F(LogHookTest, OfASampleErrorsAndSlowCallsAlwaysTellTheirEnd) {
  log_.share = uint64_t{1} << 30;  // one in four
  log_.slow = 1'000'000;
  for (int i = 0; i < 100; ++i) {
    FakeCall call;
    Call(call, absl::StatusCode::kOk, microseconds(1000));
  }
  EXPECT_EQ(sink_->records.size(), 50u);
  log_.share = 0;
  sink_->records.clear();
  FakeCall slow;
  Call(slow, absl::StatusCode::kOk, microseconds(1001));
  FakeCall bad;
  Call(bad, absl::StatusCode::kInternal);
  FakeCall missing;
  Call(missing, absl::StatusCode::kNotFound);
  ASSERT_EQ(sink_->records.size(), 2u);
  EXPECT_EQ(sink_->records[0].fields.value("duration_ms", 0.0), 1.001);
  EXPECT_EQ(sink_->records[1].fields.value("code", ""), "INTERNAL");
}

TEST_F(LogHookTest, APeerThatIsNotUtf8IsStillJson) {
  FakeCall call;
  call.peer = "unix:\xff\n\"";
  Call(call, absl::StatusCode::kOk);
  EXPECT_EQ(sink_->records.size(), 2u);
}

// Also when the logger's error handler throws on top.
TEST_F(LogHookTest, ASinkThatThrowsDoesNotTouchTheCall) {
  sink_->throws = true;
  FakeCall call;
  Call(call, absl::StatusCode::kOk);
  EXPECT_EQ(writer_.counts().failed, 2u);
  EXPECT_EQ(writer_.counts().written, 0u);
}

TEST(LogFormatter, TextIsForPeople) {
  LogFormatter formatter(LogFormat::kText);
  LogRecord record{};
  record.kind = LogRecord::Kind::kResponse;
  record.method = &kFakeMethod;
  record.duration = 1'234'567;
  record.id_high = 0x0123456789abcdef;
  record.id_low = 0xfedcba9876543210;
  std::string line;
  formatter.AppendLine(
      record,
      std::chrono::system_clock::time_point(
          std::chrono::seconds(1'700'000'000)),
      line);
  EXPECT_EQ(
      line,
      "2023-11-14T22:13:20.000000Z info hawkapi.grpc grpc.response "
      "/pkg.Service/Method OK duration_ms=1.235 "
      "request_id=0123456789abcdeffedcba9876543210\n");
}

}  // namespace
}  // namespace hawkmount::observe
