// I18: handlers called without a network.

#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "hawkmount/await.h"
#include "hawkmount/testing.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::testing::ManualClock;
using hawkmount::testing::RunTask;
using hawkmount::testing::TestContext;
using hawkmount::testing::TestStream;
using hawkmount::testing::TestTask;
using Pairs = std::vector<std::pair<std::string, std::string>>;
using HelloContext = TestContext<GreeterHandler::SayHelloContext>;

SayHelloRequest Named(const std::string& name) {
  SayHelloRequest request;
  request.set_name(name);
  return request;
}

std::vector<CollectRequest> Names(const std::vector<std::string>& names) {
  std::vector<CollectRequest> requests(names.size());
  for (size_t i = 0; i < names.size(); ++i) requests[i].set_name(names[i]);
  return requests;
}

std::vector<ChatRequest> Lines(const std::vector<std::string>& lines) {
  std::vector<ChatRequest> requests(lines.size());
  for (size_t i = 0; i < lines.size(); ++i) requests[i].set_line(lines[i]);
  return requests;
}

CountRequest UpTo(uint32_t number) {
  CountRequest request;
  request.set_up_to(number);
  return request;
}

TEST(TestContextTest, UnaryInBothStyles) {
  BlockingGreeter blocking;
  CoroutineGreeter coroutine;
  SayHelloResponse response;
  HelloContext first;
  EXPECT_TRUE(blocking.SayHello(first, Named("Ada"), response).ok());
  EXPECT_EQ(response.greeting(), "Hello, Ada");

  HelloContext second;
  const SayHelloRequest request = Named("Grace");
  EXPECT_TRUE(
      RunTask(second, coroutine.SayHelloAsync(second, request, response)).ok());
  EXPECT_EQ(response.greeting(), "Hello, Grace");
  const SayHelloRequest bad = Named("throw");
  EXPECT_THROW(
      RunTask(second, coroutine.SayHelloAsync(second, bad, response))
          .IgnoreError(),
      std::runtime_error);
}

TEST(TestContextTest, TellsWhatTheTestSaysOfTheCaller) {
  hawkmount::App app;
  hawkmount::PeerIdentity billing;
  billing.common_name = "billing";
  HelloContext context(
      {.metadata =
           {{"authorization", "Bearer x"},
            {"x-request-id", "id.7"},
            {"traceparent",
             "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}},
       .timeout = 1h,
       .peer = "ipv4:10.0.0.1:7",
       .identity = billing,
       .request_compressed = true,
       .app = &app});
  EXPECT_EQ(context->metadata().Find("authorization"), "Bearer x");
  EXPECT_EQ(context->metadata().size(), 3);
  EXPECT_EQ(context->request_id(), "id.7");
  ASSERT_NE(context->trace(), nullptr);
  EXPECT_EQ(context->peer(), "ipv4:10.0.0.1:7");
  EXPECT_EQ(context->identity().common_name, "billing");
  EXPECT_TRUE(context->request_compressed());
  EXPECT_EQ(&context->app(), &app);
  EXPECT_EQ(&context->logger(), &app.logger());
  EXPECT_EQ(&context->method(), &GreeterMethods::kSayHello);
  EXPECT_GT(context->deadline(), std::chrono::system_clock::now() + 50min);
  EXPECT_FALSE(context->IsCancelled());
  context.Cancel();
  EXPECT_TRUE(context->IsCancelled());
}

TEST(TestContextTest, HasWhatCallsHaveWhenNothingIsSaid) {
  HelloContext context;
  EXPECT_EQ(context->request_id().size(), 32);
  EXPECT_EQ(context->deadline(), std::chrono::system_clock::time_point::max());
  EXPECT_EQ(context->trace(), nullptr);
  EXPECT_NE(context->peer(), "");
  context.app().Set(std::make_shared<int>(7));
  EXPECT_EQ(*context->app().Get<int>(), 7);
}

TEST(TestContextTest, RefusesMetadataThatNoServerCouldReceive) {
  EXPECT_THROW(
      HelloContext({.metadata = {{"Upper", "case"}}}), std::invalid_argument);
}

TEST(TestContextTest, KeepsWhatTheHandlerAdds) {
  HelloContext context;
  EXPECT_TRUE(context->AddInitialMetadata("first", "1").ok());
  EXPECT_TRUE(context->AddTrailingMetadata("last-bin", "\xff").ok());
  EXPECT_EQ(
      context->AddTrailingMetadata("grpc-status", "0").code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(context.initial_metadata(), (Pairs{{"first", "1"}}));
  EXPECT_EQ(context.trailing_metadata(), (Pairs{{"last-bin", "\xff"}}));
}

struct UserId {
  std::string text;
};
struct Tenant {
  int number = 0;
};

TEST(TestContextTest, HasFacts) {
  HelloContext context;
  EXPECT_EQ(context->Get<UserId>(), nullptr);
  EXPECT_EQ(context->Set<UserId>("undeclared"), nullptr);
  context.Set<UserId>("ada");
  ASSERT_NE(context->Get<UserId>(), nullptr);
  EXPECT_EQ(context->Get<UserId>()->text, "ada");
  EXPECT_EQ(context->Get<Tenant>(), nullptr);
  context.Provide<Tenant>();
  EXPECT_EQ(context->Get<Tenant>(), nullptr);
  ASSERT_NE(context->Set<Tenant>(7), nullptr);
  EXPECT_EQ(context->Get<Tenant>()->number, 7);
}

TEST(TestContextTest, ADeadlineThatHasPassedCancels) {
  HelloContext context({.timeout = -1s});
  EXPECT_TRUE(context->IsCancelled());
}

// The streams of all kinds, in both styles.

TEST(TestStreamTest, CollectsResponses) {
  BlockingGreeter blocking;
  CoroutineGreeter coroutine;
  TestContext<GreeterHandler::CountContext> first;
  TestStream<GreeterHandler::CountStream> stream(first);
  EXPECT_TRUE(blocking.Count(first, UpTo(3), stream).ok());
  ASSERT_EQ(stream.responses().size(), 3);
  EXPECT_EQ(stream.responses()[2].number(), 3);
  EXPECT_EQ(
      first->AddInitialMetadata("late", "1").code(),
      absl::StatusCode::kFailedPrecondition);

  TestContext<GreeterHandler::CountContext> second;
  TestStream<GreeterHandler::CountAsyncStream> async_stream(second);
  const CountRequest request = UpTo(2);
  EXPECT_TRUE(
      RunTask(second, coroutine.CountAsync(second, request, async_stream))
          .ok());
  EXPECT_EQ(async_stream.responses().size(), 2);
}

TEST(TestStreamTest, GivesRequests) {
  BlockingGreeter blocking;
  CoroutineGreeter coroutine;
  CollectResponse response;
  TestContext<GreeterHandler::CollectContext> first;
  TestStream<GreeterHandler::CollectStream> stream(first, Names({"a", "b"}));
  EXPECT_TRUE(blocking.Collect(first, stream, response).ok());
  EXPECT_EQ(response.names_size(), 2);

  TestContext<GreeterHandler::CollectContext> second;
  TestStream<GreeterHandler::CollectAsyncStream> async_stream(
      second, Names({"c"}));
  EXPECT_TRUE(
      RunTask(second, coroutine.CollectAsync(second, async_stream, response))
          .ok());
  ASSERT_EQ(response.names_size(), 3);
  EXPECT_EQ(response.names(2), "c");
}

TEST(TestStreamTest, AnErrorEndsAStreamInTheMiddle) {
  BlockingGreeter handler;
  TestContext<GreeterHandler::ChatContext> context;
  TestStream<GreeterHandler::ChatStream> stream(
      context, Lines({"a", "fail", "b"}));
  EXPECT_EQ(handler.Chat(context, stream).code(), absl::StatusCode::kNotFound);
  ASSERT_EQ(stream.responses().size(), 1);
  EXPECT_EQ(stream.responses()[0].line(), "a");
}

TEST(TestStreamTest, AnotherThreadTalksToABlockingHandler) {
  BlockingGreeter handler;
  TestContext<GreeterHandler::ChatContext> context;
  TestStream<GreeterHandler::ChatStream> stream(context);
  std::jthread caller([&] {
    for (const ChatRequest& request : Lines({"a", "b", "c"})) {
      stream.Push(request);
    }
    stream.End();
  });
  EXPECT_TRUE(handler.Chat(context, stream).ok());
  EXPECT_EQ(stream.responses().size(), 3);
}

TEST(TestStreamTest, AnotherThreadTalksToACoroutine) {
  CoroutineGreeter handler;
  TestContext<GreeterHandler::ChatContext> context;
  TestStream<GreeterHandler::ChatAsyncStream> stream(context);
  std::jthread caller([&] {
    for (const ChatRequest& request : Lines({"a", "b", "c"})) {
      stream.Push(request);
    }
    stream.End();
  });
  EXPECT_TRUE(RunTask(context, handler.ChatAsync(context, stream)).ok());
  EXPECT_EQ(stream.responses().size(), 3);
}

TEST(TestStreamTest, ACallerWhoLeavesReceivesNothingMore) {
  BlockingGreeter blocking;
  CoroutineGreeter coroutine;
  TestContext<GreeterHandler::CountContext> first({.leaves_after = 2});
  TestStream<GreeterHandler::CountStream> stream(first);
  EXPECT_EQ(
      blocking.Count(first, UpTo(5), stream).code(),
      absl::StatusCode::kCancelled);
  EXPECT_EQ(stream.responses().size(), 2);

  TestContext<GreeterHandler::CountContext> second({.leaves_after = 2});
  TestStream<GreeterHandler::CountAsyncStream> async_stream(second);
  const CountRequest request = UpTo(5);
  EXPECT_EQ(
      RunTask(second, coroutine.CountAsync(second, request, async_stream))
          .code(),
      absl::StatusCode::kCancelled);
  EXPECT_EQ(async_stream.responses().size(), 2);
}

TEST(TestStreamTest, ACancelledCallHasNoMoreRequests) {
  CoroutineGreeter handler;
  ManualClock clock;
  TestContext<GreeterHandler::CollectContext> context;
  TestStream<GreeterHandler::CollectAsyncStream> stream(context);
  CollectResponse response;
  TestTask task(
      clock, context, handler.CollectAsync(context, stream, response));
  stream.Push(Names({"a"})[0]);
  clock.Run();
  EXPECT_EQ(response.names_size(), 1);
  EXPECT_FALSE(task.done());
  context.Cancel();
  clock.Run();
  ASSERT_TRUE(task.done());
  EXPECT_TRUE(task.Result().ok());
}

// Time.

hawkmount::Task SleepTwice(int& slept) {
  const bool first = co_await hawkmount::Sleep(10s);
  slept += first;
  const bool second = co_await hawkmount::Sleep(1h);
  slept += second;
  co_return absl::OkStatus();
}

TEST(ManualClockTest, SleepsEndToTheNanosecond) {
  int slept = 0;
  ManualClock clock;
  TestTask task(clock, SleepTwice(slept));
  clock.Advance(10s - 1ns);
  EXPECT_EQ(slept, 0);
  clock.Advance(1ns);
  EXPECT_EQ(slept, 1);
  clock.Advance(1h - 1ns);
  EXPECT_FALSE(task.done());
  clock.Advance(1ns);
  EXPECT_TRUE(task.done());
  EXPECT_EQ(slept, 2);
  EXPECT_EQ(clock.now(), 1h + 10s);
}

TEST(ManualClockTest, OneStepPassesAllSleepsOnTheWay) {
  int slept = 0;
  ManualClock clock;
  TestTask task(clock, SleepTwice(slept));
  clock.Advance(24h);
  EXPECT_TRUE(task.done());
  EXPECT_FALSE(clock.HasSleepers());
}

TEST(ManualClockTest, ADeadlineGivesTheCallUp) {
  CoroutineGreeter handler;
  ManualClock clock;
  HelloContext context({.timeout = 5s});
  SayHelloResponse response;
  const SayHelloRequest request = Named("wait");
  TestTask task(
      clock, context, handler.SayHelloAsync(context, request, response));
  clock.Advance(5s - 1ns);
  EXPECT_FALSE(task.done());
  EXPECT_FALSE(context->IsCancelled());
  clock.Advance(1ns);
  EXPECT_TRUE(task.done());
  EXPECT_TRUE(context->IsCancelled());
}

TEST(ManualClockTest, ATaskThatIsNotDoneIsGivenUp) {
  int slept = 0;
  ManualClock clock;
  {
    TestTask task(clock, SleepTwice(slept));
    EXPECT_TRUE(clock.HasSleepers());
  }
  EXPECT_FALSE(clock.HasSleepers());
  EXPECT_EQ(slept, 0);
}

TEST(RunTaskTest, SleepsTakeNoTime) {
  int slept = 0;
  EXPECT_TRUE(RunTask(SleepTwice(slept)).ok());
  EXPECT_EQ(slept, 2);
}

TEST(RunTaskTest, TheFirstOfTwoWins) {
  const auto race = []() -> hawkmount::TaskOf<size_t> {
    const auto result =
        co_await hawkmount::WhenAny(hawkmount::Sleep(2s), hawkmount::Sleep(1s));
    co_return result.first;
  };
  EXPECT_EQ(RunTask(race()), 1);
}

TEST(RunTaskTest, BlockingFunctionsRunOnTheSameThread) {
  const auto run = []() -> hawkmount::TaskOf<bool> {
    const auto id = co_await hawkmount::RunBlocking(
        [] { return std::this_thread::get_id(); });
    co_return id.value() == std::this_thread::get_id();
  };
  EXPECT_TRUE(RunTask(run()));
}

TEST(RunTaskTest, AnotherThreadMayResume) {
  std::jthread other;
  const auto wait = [&]() -> hawkmount::TaskOf<int> {
    const std::optional<int> value =
        co_await hawkmount::Suspend<int>([&](hawkmount::Resumer<int> resumer) {
          other = std::jthread([resumer] { resumer.Resume(7); });
        });
    co_return value.value_or(0);
  };
  EXPECT_EQ(RunTask(wait()), 7);
}

}  // namespace
}  // namespace e2e
