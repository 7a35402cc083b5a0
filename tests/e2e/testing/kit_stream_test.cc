// I18: streams of handlers that are called without a network, of all kinds and
// in both styles.

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "hawkmount/testing.h"
#include "kit_messages.h"

namespace e2e {
namespace {

using hawkmount::testing::ManualClock;
using hawkmount::testing::RunTask;
using hawkmount::testing::TestContext;
using hawkmount::testing::TestStream;
using hawkmount::testing::TestTask;

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

}  // namespace
}  // namespace e2e
