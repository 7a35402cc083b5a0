// I18: generated fakes and mocks, served by a real server; the special cases
// are those of the service that this kit comes after.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "greeter.hawkmount.testing.h"
#include "hawkmount/testing.h"

namespace e2e {
namespace {

using namespace acme::greeter::v1;  // NOLINT: the service under test
using namespace std::chrono_literals;
using hawkmount::testing::MetricsSnapshot;
using hawkmount::testing::TestContext;
using hawkmount::testing::TestServer;
using hawkmount::testing::TestStream;

SayHelloRequest Named(const std::string& name) {
  SayHelloRequest request;
  request.set_name(name);
  return request;
}

SayHelloResponse Greeting(const std::string& text) {
  SayHelloResponse response;
  response.set_greeting(text);
  return response;
}

CountResponse Number(uint32_t number) {
  CountResponse response;
  response.set_number(number);
  return response;
}

CollectRequest Name(const std::string& name) {
  CollectRequest request;
  request.set_name(name);
  return request;
}

ChatRequest Line(const std::string& line) {
  ChatRequest request;
  request.set_line(line);
  return request;
}

class FakeTest : public ::testing::Test {
 protected:
  absl::StatusOr<SayHelloResponse> Hello(const std::string& name) {
    return client.SayHello(Named(name), {.timeout = 60s});
  }

  FakeGreeter fake;
  TestServer server{GreeterMount(fake)};
  GreeterClient client{server.channel()};
};

TEST_F(FakeTest, WithoutAnAnswerIsUnimplemented) {
  const absl::Status status = Hello("Ada").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(fake.OnSayHello().calls(), 1);
}

TEST_F(FakeTest, AnswersWithAValueAStatusOrAFunction) {
  fake.OnSayHello().Return(Greeting("hi"));
  EXPECT_EQ(Hello("Ada")->greeting(), "hi");
  fake.OnSayHello().Return(absl::AbortedError("oh no"));
  EXPECT_EQ(Hello("Ada").status(), absl::AbortedError("oh no"));
  fake.OnSayHello().Do([](const SayHelloRequest& request) {
    return Greeting("hi, " + request.name());
  });
  EXPECT_EQ(Hello("Ada")->greeting(), "hi, Ada");
  EXPECT_EQ(fake.OnSayHello().calls(), 3);
  ASSERT_EQ(fake.OnSayHello().requests().size(), 3);
  EXPECT_EQ(fake.OnSayHello().requests()[2].name(), "Ada");
  EXPECT_EQ(fake.OnCount().calls(), 0);
}

TEST_F(FakeTest, I18SpecialCasesByTheRequest) {
  const auto is = [](const std::string& name) {
    return [name](const SayHelloRequest& request) {
      return request.name() == name;
    };
  };
  // Echo, unless a case says something else.
  fake.OnSayHello().Do(
      [](const SayHelloRequest& request) { return Greeting(request.name()); });
  fake.OnSayHello().When(is("error")).Return(absl::NotFoundError("custom"));
  fake.OnSayHello().When(is("raises")).Do([](const SayHelloRequest&) {
    throw std::runtime_error("secret");
  });
  fake.OnSayHello().When(is("who")).Do(
      [](hawkmount::Context& context, const SayHelloRequest&) {
        return Greeting(std::string(context.request_id()));
      });
  EXPECT_EQ(Hello("plain")->greeting(), "plain");
  EXPECT_EQ(Hello("error").status(), absl::NotFoundError("custom"));
  const absl::Status raised = Hello("raises").status();
  EXPECT_EQ(raised.code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(raised.message().find("secret"), absl::string_view::npos);
  EXPECT_EQ(
      client.SayHello(Named("who"), {.timeout = 60s, .request_id = "id.7"})
          ->greeting(),
      "id.7");
  // The last one that was made counts first.
  fake.OnSayHello().When(is("error")).Return(Greeting("mended"));
  EXPECT_EQ(Hello("error")->greeting(), "mended");
}

TEST_F(FakeTest, I18ServerStreamOfOneMessageEach) {
  fake.OnCount().Do([](const CountRequest& request) {
    std::vector<CountResponse> digits;
    for (const char c : std::to_string(request.up_to())) {
      digits.push_back(Number(static_cast<uint32_t>(c - '0')));
    }
    return digits;
  });
  CountRequest request;
  request.set_up_to(1234);
  auto stream = client.Count(request, {.timeout = 60s});
  std::string seen;
  for (CountResponse response; stream.Read(response);) {
    seen += std::to_string(response.number());
  }
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_EQ(seen, "1234");
}

TEST_F(FakeTest, I18ServerStreamThatFailsInTheMiddle) {
  fake.OnCount().Return({Number(7)}, absl::DataLossError("torn"));
  auto stream = client.Count(CountRequest(), {.timeout = 60s});
  CountResponse response;
  ASSERT_TRUE(stream.Read(response));
  EXPECT_EQ(response.number(), 7);
  EXPECT_FALSE(stream.Read(response));
  EXPECT_EQ(stream.Finish(), absl::DataLossError("torn"));
}

TEST_F(FakeTest, I18ClientStreamIsConcatenated) {
  fake.OnCollect().Do([](const std::vector<CollectRequest>& requests) {
    std::string all;
    for (const CollectRequest& request : requests) all += request.name();
    CollectResponse response;
    response.add_names(all);
    return response;
  });
  fake.OnCollect()
      .When([](const std::vector<CollectRequest>& all) { return all.empty(); })
      .Return(absl::InvalidArgumentError("nothing"));
  auto stream = client.Collect({.timeout = 60s});
  for (const char* name : {"a", "b", "c"}) stream.Write(Name(name));
  const auto response = stream.Finish();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->names(0), "abc");
  EXPECT_EQ(fake.OnCollect().requests().size(), 3);
  EXPECT_EQ(
      client.Collect({.timeout = 60s}).Finish().status(),
      absl::InvalidArgumentError("nothing"));
}

TEST_F(FakeTest, I18BidiStreamEchoes) {
  fake.OnChat().Do([](const ChatRequest& request) {
    ChatResponse response;
    response.set_line(request.line());
    return std::vector<ChatResponse>{response};
  });
  fake.OnChat()
      .When([](const ChatRequest& request) { return request.line() == "bye"; })
      .Return(absl::AbortedError("bye"));
  auto stream = client.Chat({.timeout = 60s});
  ChatResponse response;
  for (const char* line : {"a", "b"}) {
    ASSERT_TRUE(stream.Write(Line(line)));
    ASSERT_TRUE(stream.Read(response));
    EXPECT_EQ(response.line(), line);
  }
  ASSERT_TRUE(stream.Write(Line("bye")));
  EXPECT_FALSE(stream.Read(response));
  EXPECT_EQ(stream.Finish(), absl::AbortedError("bye"));
}

// Calls that wait for each other: they are served at the same time.
TEST_F(FakeTest, IB12ServesCallsAtTheSameTime) {
  std::latch all(4);
  fake.OnSayHello().Do([&](const SayHelloRequest&) {
    all.arrive_and_wait();
    return absl::OkStatus();
  });
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&] { EXPECT_TRUE(Hello("all").ok()); });
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

}  // namespace
}  // namespace e2e
