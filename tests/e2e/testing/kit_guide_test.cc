// The pieces of C++ in docs/guide/testing.md, compiled and run.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "greeter.hawkmount.testing.h"
#include "hawkmount/await.h"
#include "hawkmount/interceptors/deadline_policy.h"
#include "hawkmount/interceptors/rate_limit.h"
#include "hawkmount/testing.h"

namespace guide {
namespace {

using namespace acme::greeter::v1;   // NOLINT: the service of the guide
using namespace hawkmount::testing;  // NOLINT: as the guide has it
using namespace std::chrono_literals;

struct UserId {
  std::string text;
};

struct PoliteGreeter final : GreeterHandler {
  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest& request,
      SayHelloResponse& response) override {
    if (request.name().empty()) return absl::InvalidArgumentError("who?");
    const UserId* user = context.Get<UserId>();
    response.set_greeting(
        "Hello, " + (user != nullptr ? user->text : request.name()));
    return absl::OkStatus();
  }
  absl::Status Chat(ChatContext&, ChatStream& stream) override {
    ChatResponse response;
    for (ChatRequest request; stream.Read(request);) {
      response.set_line(request.line());
      if (!stream.Write(response)) return absl::CancelledError();
    }
    return absl::OkStatus();
  }
};

struct SlowGreeter final : GreeterHandler {
  hawkmount::Task SayHelloAsync(
      SayHelloContext&,
      const SayHelloRequest&,
      SayHelloResponse& response) override {
    const bool slept = co_await hawkmount::Sleep(30s);
    if (!slept) co_return absl::CancelledError();
    response.set_greeting("Hello at last");
    co_return absl::OkStatus();
  }
};

SayHelloRequest Named(const std::string& name) {
  SayHelloRequest request;
  request.set_name(name);
  return request;
}

TEST(Greeter, NeedsAName) {
  PoliteGreeter handler;
  TestContext<GreeterHandler::SayHelloContext> context;
  SayHelloResponse response;
  EXPECT_EQ(
      handler.SayHello(context, SayHelloRequest(), response).code(),
      absl::StatusCode::kInvalidArgument);
}

TEST(Greeter, KnowsTheUser) {
  PoliteGreeter handler;
  TestContext<GreeterHandler::SayHelloContext> context(
      {.metadata = {{"x-tenant", "acme"}}, .peer = "ipv4:10.0.0.1:7"});
  context.Set<UserId>("Ada");
  SayHelloResponse response;
  ASSERT_TRUE(handler.SayHello(context, Named("you"), response).ok());
  EXPECT_EQ(response.greeting(), "Hello, Ada");
}

TEST(Greeter, EchoesEachLine) {
  PoliteGreeter handler;
  TestContext<GreeterHandler::ChatContext> context;
  ChatRequest line;
  line.set_line("hi");
  TestStream<GreeterHandler::ChatStream> stream(context, {line, line});
  EXPECT_TRUE(handler.Chat(context, stream).ok());
  EXPECT_EQ(stream.responses().size(), 2);
}

TEST(Greeter, AnswersInTheEnd) {
  SlowGreeter handler;
  TestContext<GreeterHandler::SayHelloContext> context;
  const SayHelloRequest request;
  SayHelloResponse response;
  EXPECT_TRUE(
      RunTask(context, handler.SayHelloAsync(context, request, response)).ok());
  EXPECT_EQ(response.greeting(), "Hello at last");
}

TEST(Greeter, GivesUpAtTheDeadline) {
  SlowGreeter handler;
  ManualClock clock;
  TestContext<GreeterHandler::SayHelloContext> context({.timeout = 10s});
  const SayHelloRequest request;
  SayHelloResponse response;
  TestTask task(
      clock, context, handler.SayHelloAsync(context, request, response));
  clock.Advance(9s);
  EXPECT_FALSE(task.done());
  clock.Advance(1s);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result().code(), absl::StatusCode::kCancelled);
}

TEST(Greeter, IsServed) {
  PoliteGreeter handler;
  const LogCapture log;
  TestServer server(GreeterMount(handler), {.app = {.logger = log.logger()}});
  const GreeterClient client(server.channel());
  const MetricsSnapshot before(server.app());

  EXPECT_EQ(client.SayHello(Named("Ada"))->greeting(), "Hello, Ada");

  const auto seen = MetricsSnapshot::Settled(server.app()) - before;
  EXPECT_EQ(seen.Handled(GreeterMethods::kSayHello), 1);
  const auto end = log.Await({{"event", "grpc.response"}});
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->Field("code"), "OK");
}

TEST(Caller, LivesWithRefusals) {
  FakeGreeter fake;
  fake.OnSayHello().Do([](const SayHelloRequest& request) {
    SayHelloResponse response;
    response.set_greeting("Hi, " + request.name());
    return response;
  });
  fake.OnSayHello()
      .When([](const SayHelloRequest& r) { return r.name() == "Eve"; })
      .Return(absl::PermissionDeniedError("not you"));
  TestServer server((GreeterMount(fake)));
  const GreeterClient client(server.channel());

  EXPECT_EQ(client.SayHello(Named("Ada"))->greeting(), "Hi, Ada");
  EXPECT_FALSE(client.SayHello(Named("Eve")).ok());
  EXPECT_EQ(fake.OnSayHello().calls(), 2);
}

TEST(Caller, AsksOnce) {
  MockGreeterHandler mock;
  EXPECT_CALL(mock, SayHello).WillOnce(::testing::Return(absl::OkStatus()));
  TestServer server((GreeterMount(mock)));
  EXPECT_TRUE(GreeterClient(server.channel()).SayHello(Named("Ada")).ok());
}

TEST(Caller, LivesWithSlowAnswers) {
  FakeAsyncGreeter fake;
  fake.OnSayHello().Do(
      [](const SayHelloRequest&) -> hawkmount::TaskOf<SayHelloResponse> {
        co_await hawkmount::Sleep(1h);
        co_return SayHelloResponse();
      });
  TestServer server((GreeterMount(fake)));
  const GreeterClient client(server.channel());
  EXPECT_EQ(
      client.SayHello(Named("Ada"), {.timeout = 50ms}).status().code(),
      absl::StatusCode::kDeadlineExceeded);
}

TEST(Caller, AsksACoroutine) {
  MockAsyncGreeterHandler mock;
  EXPECT_CALL(mock, SayHelloAsync)
      .WillOnce(CoReturn(absl::NotFoundError("nobody")));
  TestServer server((GreeterMount(mock)));
  EXPECT_FALSE(GreeterClient(server.channel()).SayHello(Named("Ada")).ok());
}

TEST(Greeter, IsLimited) {
  PoliteGreeter handler;
  ManualClock clock;
  TestServer server(GreeterMount(
      handler,
      hawkmount::RateLimit(
          {.rate = {.per_second = 1, .burst = 1}, .clock = clock.steady()})));
  const GreeterClient client(server.channel());
  EXPECT_TRUE(client.SayHello(Named("Ada")).ok());
  EXPECT_FALSE(client.SayHello(Named("Ada")).ok());
  clock.Advance(1s);
  EXPECT_TRUE(client.SayHello(Named("Ada")).ok());
}

TEST(Greeter, IsNotCalledTooLate) {
  PoliteGreeter handler;
  ManualClock clock;
  GreeterChain chain(
      handler,
      hawkmount::DeadlinePolicy({.minimum_left = 2s, .clock = clock.system()}));
  TestContext<GreeterHandler::SayHelloContext> context(
      {.timeout = 10s, .clock = &clock});
  SayHelloResponse response;
  clock.Advance(9s);
  EXPECT_EQ(
      chain.SayHello(context, Named("Ada"), response).code(),
      absl::StatusCode::kDeadlineExceeded);
}

TEST(Caller, LivesWithTornStreams) {
  FakeGreeter fake;
  fake.OnCount().Return(std::vector<CountResponse>(5));
  FaultPoints faults;
  TestServer server(GreeterMount(fake, faults));
  const GreeterClient client(server.channel());
  FaultPoint torn = faults.Arm(
      {.place = FaultPlace::kSend,
       .method = &GreeterMethods::kCount,
       .message = 3,
       .times = 1,
       .status = absl::UnavailableError("torn")});

  auto first = client.Count(CountRequest());
  CountResponse response;
  while (first.Read(response)) continue;
  EXPECT_EQ(first.Finish(), absl::UnavailableError("torn"));
  EXPECT_EQ(torn.hit(), 1);

  auto second = client.Count(CountRequest());
  while (second.Read(response)) continue;
  EXPECT_TRUE(second.Finish().ok());
}

}  // namespace
}  // namespace guide
