#include "observe/request_id.h"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "fake_call.h"
#include "hawkmount/codegen/hooks.h"

namespace hawkmount::observe {
namespace {

TEST(RequestId, ValidOnes) {
  for (const std::string& id :
       {std::string("a"),
        std::string("00f067aa0ba902b7"),
        std::string("ABC-def_1.2~3:4+5/6=7"),
        std::string(128, 'x')}) {
    EXPECT_TRUE(IsValidRequestId(id)) << id;
  }
}

TEST(RequestId, InvalidOnes) {
  for (const std::string& id :
       {std::string(),
        std::string(129, 'x'),
        std::string("with space"),
        std::string("quote\""),
        std::string("new\nline"),
        std::string("back\\slash"),
        std::string("{json}"),
        std::string("caf\xc3\xa9"),
        std::string("nul\0nul", 7)}) {
    EXPECT_FALSE(IsValidRequestId(id)) << id;
  }
}

TEST(RequestId, EachCharacterByItself) {
  const std::string_view others = "._~:+/=-";
  for (int c = 0; c < 256; ++c) {
    const bool alphanumeric = (c >= '0' && c <= '9') ||
                              (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool other =
        c != 0 && others.find(static_cast<char>(c)) != std::string_view::npos;
    EXPECT_EQ(
        IsValidRequestId(std::string(1, static_cast<char>(c))),
        alphanumeric || other)
        << c;
  }
}

TEST(RequestId, NewOnesAre32LowerCaseHexDigits) {
  for (int i = 0; i < 1000; ++i) {
    const std::string id = NewRequestId();
    ASSERT_EQ(id.size(), 32u);
    ASSERT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
    ASSERT_NE(id, std::string(32, '0'));
    ASSERT_TRUE(IsValidRequestId(id));
  }
}

TEST(RequestId, NewOnesAreUniqueOverThreads) {
  constexpr int kThreads = 8;
  constexpr int kEach = 20'000;
  std::mutex mutex;
  std::set<std::string> all;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      std::vector<std::string> mine;
      for (int n = 0; n < kEach; ++n) mine.push_back(NewRequestId());
      std::lock_guard lock(mutex);
      all.insert(mine.begin(), mine.end());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(all.size(), size_t{kThreads} * kEach);
}

TEST(RequestId, OfACallIsWhatTheCallerSentIfItIsValid) {
  FakeCall call;
  call.received = {{"other", "x"}, {"x-request-id", "sent"}};
  EXPECT_EQ(RequestIdOf(call), "sent");
  EXPECT_EQ(FakeContext(call).request_id(), "sent");

  FakeCall invalid;
  invalid.received = {{"x-request-id", "not valid"}};
  EXPECT_EQ(RequestIdOf(invalid).size(), 32u);

  FakeCall none;
  const std::string id(RequestIdOf(none));
  EXPECT_EQ(id.size(), 32u);
  EXPECT_EQ(RequestIdOf(none), id) << "it is decided once";
}

TEST(RequestIdHook, EchoesWhatIsValidAndNothingElse) {
  using Pairs = FakeCall::Pairs;
  struct {
    const char* what;
    bool observed;
    Pairs received;
    Pairs echoed;
  } const cases[] = {
      {"valid", true, {{"x-request-id", "sent"}}, {{"x-request-id", "sent"}}},
      {"invalid", true, {{"x-request-id", "se nt"}}, {}},
      {"none", true, {}, {}},
      {"empty", true, {{"x-request-id", ""}}, {}},
      {"not observed", false, {{"x-request-id", "sent"}}, {}},
      {"the first of two",
       true,
       {{"x-request-id", "a"}, {"x-request-id", "b"}},
       {{"x-request-id", "a"}}},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.what);
    FakeCall call;
    call.record.observed = one.observed;
    call.received = one.received;
    const FakeContext context(call);
    const codegen::RequestIdHook hook(context);
    EXPECT_EQ(call.initial, one.echoed);
  }
}

}  // namespace
}  // namespace hawkmount::observe
