// I18: what fakes and mocks of one style have of their own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "greeter.hawkmount.testing.h"
#include "hawkmount/await.h"
#include "hawkmount/testing.h"
#include "kit_messages.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::Task;
using hawkmount::TaskOf;
using hawkmount::testing::CoReturn;
using hawkmount::testing::ManualClock;
using hawkmount::testing::MetricsSnapshot;
using hawkmount::testing::RunTask;
using hawkmount::testing::TestContext;
using hawkmount::testing::TestServer;
using hawkmount::testing::TestStream;
using hawkmount::testing::TestTask;
using HelloContext = TestContext<GreeterHandler::SayHelloContext>;

absl::StatusOr<SayHelloResponse> Hello(
    const TestServer& server, const std::string& name) {
  return GreeterClient(server.channel())
      .SayHello(Named(name), {.timeout = 60s});
}

// Calls that wait for each other: they are served at the same time.
TEST(FakeAloneTest, IB12ServesCallsAtTheSameTime) {
  FakeGreeter fake;
  const TestServer server((GreeterMount(fake)));
  std::latch all(4);
  fake.OnSayHello().Do([&](const SayHelloRequest&) {
    all.arrive_and_wait();
    return absl::OkStatus();
  });
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&] { EXPECT_TRUE(Hello(server, "all").ok()); });
    }
  }
  EXPECT_EQ(fake.OnSayHello().calls(), 4);
  EXPECT_EQ(
      MetricsSnapshot::Settled(server.app())
          .Handled(GreeterMethods::kSayHello, absl::StatusCode::kOk),
      4);
}

TEST(FakeAloneTest, NeedsNoServer) {
  FakeGreeter fake;
  fake.OnCount().Return({Number(1), Number(2)});
  TestContext<GreeterHandler::CountContext> context({.leaves_after = 1});
  TestStream<GreeterHandler::CountStream> stream(context);
  EXPECT_EQ(
      fake.Count(context, CountRequest(), stream).code(),
      absl::StatusCode::kCancelled);
  EXPECT_EQ(stream.responses().size(), 1);
}

// Coroutines that wait for each other, on however many threads.
TEST(AsyncFakeTest, IB12ServesCallsAtTheSameTime) {
  FakeAsyncGreeter fake;
  std::mutex mutex;
  std::vector<hawkmount::Resumer<bool>> waiting;
  fake.OnSayHello().Do([&](const SayHelloRequest&) -> Task {
    const auto together = co_await hawkmount::Suspend<bool>(
        [&](const hawkmount::Resumer<bool>& resumer) {
          const std::lock_guard lock(mutex);
          waiting.push_back(resumer);
          if (waiting.size() < 4) return;
          for (const auto& each : waiting) each.Resume(true);
        });
    co_return together.has_value() ? absl::OkStatus() : absl::CancelledError();
  });
  const TestServer server((GreeterMount(fake)));
  std::vector<std::jthread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] { EXPECT_TRUE(Hello(server, "all").ok()); });
  }
}

TEST(AsyncFakeTest, FunctionsMayBeCoroutinesOfAnyResult) {
  FakeAsyncGreeter fake;
  HelloContext context;
  SayHelloResponse response;
  const auto hello = [&](const SayHelloRequest& request) {
    return RunTask(context, fake.SayHelloAsync(context, request, response));
  };
  const SayHelloRequest ada = Named("Ada");
  fake.OnSayHello().Do(
      [](const SayHelloRequest& request) -> TaskOf<SayHelloResponse> {
        co_await hawkmount::Sleep(1h);
        co_return Greeting("late, " + request.name());
      });
  EXPECT_TRUE(hello(ada).ok());
  EXPECT_EQ(response.greeting(), "late, Ada");
  fake.OnSayHello().Do(
      [](const SayHelloRequest&) -> TaskOf<absl::StatusOr<SayHelloResponse>> {
        co_await hawkmount::Sleep(1h);
        co_return absl::AbortedError("oh no");
      });
  EXPECT_EQ(hello(ada), absl::AbortedError("oh no"));
  fake.OnSayHello().Do(
      [](const SayHelloRequest&, SayHelloResponse& answer) -> TaskOf<void> {
        co_await hawkmount::Sleep(1h);
        answer = Greeting("nothing");
      });
  EXPECT_TRUE(hello(ada).ok());
  EXPECT_EQ(response.greeting(), "nothing");
  fake.OnSayHello().Do([](const SayHelloRequest&) -> Task {
    co_await hawkmount::Sleep(1h);
    throw std::runtime_error("oh no");
  });
  EXPECT_THROW(hello(ada).IgnoreError(), std::runtime_error);
  fake.OnCount().Do(
      [](const CountRequest&) -> TaskOf<std::vector<CountResponse>> {
        co_await hawkmount::Sleep(1h);
        co_return std::vector<CountResponse>{Number(1), Number(2)};
      });
  TestContext<GreeterHandler::CountContext> count({.leaves_after = 1});
  TestStream<GreeterHandler::CountAsyncStream> stream(count);
  const CountRequest request;
  EXPECT_EQ(
      RunTask(count, fake.CountAsync(count, request, stream)).code(),
      absl::StatusCode::kCancelled);
  EXPECT_EQ(stream.responses().size(), 1);
}

// An answer that is replaced while a call waits in it.
TEST(AsyncFakeTest, WhatAFunctionHoldsLivesAsLongAsItsCalls) {
  FakeAsyncGreeter fake;
  std::weak_ptr<const std::string> text;
  {
    auto held = std::make_shared<const std::string>("held");
    text = held;
    fake.OnSayHello().Do(
        [held = std::move(held)](
            const SayHelloRequest&) -> TaskOf<SayHelloResponse> {
          co_await hawkmount::Sleep(1s);
          co_return Greeting(*held);
        });
  }
  ManualClock clock;
  HelloContext context;
  const SayHelloRequest request;
  SayHelloResponse response;
  {
    TestTask task(
        clock, context, fake.SayHelloAsync(context, request, response));
    fake.OnSayHello().Return(Greeting("other"));
    EXPECT_FALSE(text.expired());
    clock.Advance(1s);
    ASSERT_TRUE(task.done());
    EXPECT_TRUE(task.Result().ok());
  }
  EXPECT_EQ(response.greeting(), "held");
  EXPECT_TRUE(text.expired());
}

TEST(MockTest, IsServedLikeAnyHandler) {
  using ::testing::_;
  MockGreeterHandler mock;
  EXPECT_CALL(mock, SayHello(_, _, _))
      .WillOnce([](auto&, const SayHelloRequest& request, auto& response) {
        response.set_greeting("mocked " + request.name());
        return absl::OkStatus();
      })
      .WillOnce(::testing::Return(absl::AbortedError("no")));
  EXPECT_CALL(mock, Chat(_, _)).WillOnce(::testing::Return(absl::OkStatus()));
  const TestServer server((GreeterMount(mock)));
  const GreeterClient client(server.channel());
  EXPECT_EQ(
      client.SayHello(Named("Ada"), {.timeout = 60s})->greeting(),
      "mocked Ada");
  EXPECT_EQ(
      client.SayHello(Named("Ada"), {.timeout = 60s}).status(),
      absl::AbortedError("no"));
  EXPECT_TRUE(client.Chat({.timeout = 60s}).Finish().ok());
}

TEST(MockTest, ACoroutinesMockIsServedToo) {
  using ::testing::_;
  ::testing::NiceMock<MockAsyncGreeterHandler> mock;
  EXPECT_CALL(mock, SayHelloAsync(_, _, _))
      .WillOnce(
          [](auto&, const SayHelloRequest& request, auto& response) -> Task {
            co_await hawkmount::Sleep(1ns);
            response = Greeting("mocked " + request.name());
            co_return absl::OkStatus();
          })
      .WillOnce(CoReturn(absl::AbortedError("no")));
  const TestServer server((GreeterMount(mock)));
  const GreeterClient client(server.channel());
  EXPECT_EQ(Hello(server, "Ada")->greeting(), "mocked Ada");
  EXPECT_EQ(Hello(server, "Ada").status(), absl::AbortedError("no"));
  // What nobody said anything of.
  EXPECT_TRUE(client.Chat({.timeout = 60s}).Finish().ok());
}

}  // namespace
}  // namespace e2e
