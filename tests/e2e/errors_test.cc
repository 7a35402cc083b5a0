// What comes of exceptions, in all kinds of calls and both styles; on the wire,
// in the metrics and in the log.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "acting.h"
#include "hawkmount/error_details.h"
#include "hawkmount/status.h"
#include "oracle.h"

namespace e2e {
namespace {

using hawkmount::Context;
using hawkmount::Style;

constexpr int kCodes = 17;
constexpr char kFixedText[] = "the handler threw an exception";

constexpr absl::StatusCode Code(int code) {
  return static_cast<absl::StatusCode>(code);
}

bool Holds(const std::vector<std::string>& lines, const std::string& text) {
  return std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
    return line.find(text) != line.npos;
  });
}

// I16: the same rules for coroutines.
class ErrorsTest
    : public testing::TestWithParam<std::tuple<Style, std::string_view>> {
 protected:
  Style style() const { return std::get<0>(GetParam()); }
  std::string_view method() const { return std::get<1>(GetParam()); }
};

template <absl::StatusCode kCode>
void ThrowIts(absl::StatusCode code, const std::string& text) {
  if (code != kCode) return;
  if (text.empty()) throw hawkmount::StatusErrorOf<kCode>();
  throw hawkmount::StatusErrorOf<kCode>(text);
}

template <size_t... kErrors>
void ThrowOne(
    absl::StatusCode code,
    const std::string& text,
    std::index_sequence<kErrors...>) {
  (ThrowIts<Code(static_cast<int>(kErrors) + 1)>(code, text), ...);
}

// I11, I12, I13: a call ends with the status that was thrown, whatever its
// code, and nothing has gone wrong.
TEST_P(ErrorsTest, AStatusErrorIsItsStatus) {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string text;
  Stage stage(style(), [&](Context&) -> absl::Status {
    ThrowOne(code, text, std::make_index_sequence<kCodes - 1>());
    throw hawkmount::StatusError(code, text);
  });
  Ledger ledger;
  for (int each = 1; each < kCodes; ++each) {
    code = Code(each);
    for (const std::string& said : {std::string(), std::string("so it is")}) {
      text = said;
      const absl::Status status = stage.Call(method());
      ledger.Add(std::string(method()), status);
      EXPECT_EQ(status.code(), code);
      const std::string_view expected =
          said.empty() ? hawkmount::DefaultText(code) : said;
      EXPECT_EQ(std::string(status.message()), expected);
    }
  }
  // H-B1: the metrics have the codes that callers saw.
  CheckTruth(stage.app(), ledger);
  EXPECT_EQ(stage.Sample("exceptions_total", method()), 0);
  EXPECT_FALSE(Holds(stage.Lines(), "\"exception\""));
}

// I-B4: neither callers nor the log are told what an exception says.
TEST_P(ErrorsTest, TheTextOfAnUnknownExceptionGoesNowhere) {
  int turn = 0;
  Stage stage(style(), [&](Context&) -> absl::Status {
    if (turn == 0) throw std::runtime_error("password=hunter2");
    if (turn == 1) throw std::string("password=hunter2");
    throw 7;
  });
  Ledger ledger;
  for (turn = 0; turn < 3; ++turn) {
    hawkmount::ResponseMetadata metadata;
    const absl::Status status = stage.Call(method(), &metadata);
    ledger.Add(std::string(method()), status);
    EXPECT_EQ(status, absl::UnknownError(kFixedText));
    for (const auto& pairs : {metadata.initial, metadata.trailing}) {
      for (const auto& [key, value] : pairs) {
        EXPECT_EQ(value.find("hunter2"), value.npos) << key;
      }
    }
  }
  CheckTruth(stage.app(), ledger);
  EXPECT_EQ(stage.Sample("exceptions_total", method()), 3);
  const auto& lines = stage.Lines();
  EXPECT_FALSE(Holds(lines, "hunter2"));
  EXPECT_TRUE(Holds(lines, "\"exception\":\"std::runtime_error\""));
  EXPECT_TRUE(Holds(lines, "\"exception\":\"int\""));
}

// A policy says more, to whom it names alone.
TEST_P(ErrorsTest, APolicyExposesOrLogs) {
  const auto act = [](Context&) -> absl::Status {
    throw std::runtime_error("disk full");
  };
  {
    Stage logs(style(), act, {.exceptions = {.log_text = true}});
    EXPECT_EQ(logs.Call(method()), absl::UnknownError(kFixedText));
    EXPECT_TRUE(
        Holds(logs.Lines(), "\"exception\":\"std::runtime_error: disk full\""));
  }
  // I13: another code for unknown exceptions.
  Stage exposes(
      style(),
      act,
      {.exceptions = {.code = absl::StatusCode::kInternal, .expose = true}});
  EXPECT_EQ(exposes.Call(method()), absl::InternalError("disk full"));
  EXPECT_EQ(exposes.Sample("exceptions_total", method()), 1);
  EXPECT_TRUE(Holds(exposes.Lines(), "\"exception\":\"std::runtime_error\""));
}

// What is no std::exception has no text.
TEST_P(ErrorsTest, NothingIsThereToExpose) {
  bool empty = false;
  Stage stage(
      style(),
      [&](Context&) -> absl::Status {
        if (empty) throw std::runtime_error("");
        throw 7;
      },
      {.exceptions = {.expose = true}});
  EXPECT_EQ(stage.Call(method()), absl::UnknownError(kFixedText));
  empty = true;
  EXPECT_EQ(stage.Call(method()), absl::UnknownError(kFixedText));
}

// The mistake is told: OK is no error.
TEST_P(ErrorsTest, OkIsNotThrown) {
  Stage stage(style(), [](Context&) -> absl::Status {
    throw hawkmount::StatusError(absl::OkStatus());
  });
  EXPECT_EQ(stage.Call(method()), absl::UnknownError(kFixedText));
  EXPECT_TRUE(Holds(stage.Lines(), "\"exception\":\"hawkmount::OkIsNoError\""));
}

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct BrokenWheel : Broken {
  using Broken::Broken;
};

// H38, I15: the first mapping in the order in which they were added, also for
// what derives from its type.
TEST_P(ErrorsTest, TheFirstMappingCounts) {
  int turn = 0;
  Stage stage(style(), [&](Context&) -> absl::Status {
    if (turn == 0) throw BrokenWheel("left");
    if (turn == 1) throw Broken("lamp");
    if (turn == 2) throw std::out_of_range("row");
    if (turn == 3) throw 42;
    if (turn == 4) throw hawkmount::NotFoundError("not mapped");
    throw std::string("nobody knows");
  });
  hawkmount::App& app = stage.app();
  app.MapException<BrokenWheel>([](const BrokenWheel& error) {
    return absl::AbortedError(std::string("wheel: ") + error.what());
  });
  app.MapException<Broken>(
      [](const Broken& error) { return absl::UnavailableError(error.what()); });
  app.MapException<BrokenWheel>(
      [](const auto&) { return absl::InternalError("too late"); });
  app.MapException<int>(
      [](int number) { return absl::OutOfRangeError(std::to_string(number)); });
  app.MapException<std::exception>(
      [](const auto&) { return absl::DataLossError("some exception"); });
  const absl::Status expected[] = {
      absl::AbortedError("wheel: left"),
      absl::UnavailableError("lamp"),
      absl::DataLossError("some exception"),
      absl::OutOfRangeError("42"),
      absl::NotFoundError("not mapped"),
      absl::UnknownError(kFixedText)};
  Ledger ledger;
  for (turn = 0; turn < 6; ++turn) {
    const absl::Status status = stage.Call(method());
    ledger.Add(std::string(method()), status);
    EXPECT_EQ(status, expected[turn]);
  }
  CheckTruth(stage.app(), ledger);
  EXPECT_EQ(stage.Sample("exceptions_total", method()), 1);
}

// I15, I-B9: a mapping sees the call, and may add to its trailers.
TEST_P(ErrorsTest, AMappingSeesTheCall) {
  Stage stage(style(), [](Context&) -> absl::Status { throw Broken("lamp"); });
  stage.app().MapException<Broken>([](const Broken&, Context& context) {
    EXPECT_TRUE(context.AddTrailingMetadata("broken", "yes").ok());
    return WithDetail(
        absl::UnavailableError(std::string(context.method().name())),
        hawkmount::ErrorInfo{.reason = "BROKEN"});
  });
  hawkmount::ResponseMetadata metadata;
  const absl::Status status = stage.Call(method(), &metadata);
  EXPECT_EQ(std::string(status.message()), method());
  EXPECT_EQ(hawkmount::ErrorInfoOf(status)->reason, "BROKEN");
  const auto& trailing = metadata.trailing;
  EXPECT_NE(
      std::find(
          trailing.begin(),
          trailing.end(),
          std::pair<std::string, std::string>("broken", "yes")),
      trailing.end());
}

// I-B5: a mapping that fails leaves the exception to nobody, and the log says
// so.
TEST_P(ErrorsTest, AMappingThatFailsIsNone) {
  std::atomic<bool> returns_ok{false};
  Stage stage(
      style(), [](Context&) -> absl::Status { throw Broken("hunter2"); });
  stage.app().MapException<Broken>([&](const Broken&) {
    if (!returns_ok) throw std::logic_error("hunter3");
    return absl::OkStatus();
  });
  stage.app().MapException<Broken>(
      [](const Broken&) { return absl::AbortedError("never asked"); });
  EXPECT_EQ(stage.Call(method()), absl::UnknownError(kFixedText));
  returns_ok = true;
  EXPECT_EQ(stage.Call(method()), absl::UnknownError(kFixedText));
  const auto& lines = stage.Lines();
  EXPECT_TRUE(Holds(lines, "Broken; its mapping threw std::logic_error\""));
  EXPECT_TRUE(Holds(lines, "Broken; its mapping returned OK\""));
  EXPECT_FALSE(Holds(lines, "hunter"));
}

INSTANTIATE_TEST_SUITE_P(
    Calls,
    ErrorsTest,
    testing::Combine(
        testing::Values(hawkmount::kBlocking, hawkmount::kCoroutine),
        testing::ValuesIn(kMethods)),
    [](const auto& info) {
      const bool blocking = std::get<0>(info.param) == hawkmount::kBlocking;
      return std::string(std::get<1>(info.param)) +
             (blocking ? "Blocking" : "Coroutine");
    });

TEST(ExceptionPolicyTest, OkIsRefused) {
  hawkmount::AppOptions options = Quiet();
  options.exceptions.code = absl::StatusCode::kOk;
  hawkmount::App app(options);
  EXPECT_EQ(app.Start().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace e2e
