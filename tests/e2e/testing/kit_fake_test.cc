// I18: generated fakes, served by a real server, in both styles; the special
// cases are those of the service that this kit comes after.

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "greeter.hawkmount.testing.h"
#include "hawkmount/testing.h"
#include "kit_messages.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::testing::TestServer;

template <class Fake>
class FakeTest : public ::testing::Test {
 protected:
  absl::StatusOr<SayHelloResponse> Hello(const std::string& name) {
    return client.SayHello(Named(name), {.timeout = 60s});
  }

  Fake fake;
  TestServer server{GreeterMount(fake)};
  GreeterClient client{server.channel()};
};

using Fakes = ::testing::Types<FakeGreeter, FakeAsyncGreeter>;
TYPED_TEST_SUITE(FakeTest, Fakes);

TYPED_TEST(FakeTest, WithoutAnAnswerIsUnimplemented) {
  const absl::Status status = this->Hello("Ada").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(this->fake.OnSayHello().calls(), 1);
}

TYPED_TEST(FakeTest, AnswersWithAValueAStatusOrAFunction) {
  this->fake.OnSayHello().Return(Greeting("hi"));
  EXPECT_EQ(this->Hello("Ada")->greeting(), "hi");
  this->fake.OnSayHello().Return(absl::AbortedError("oh no"));
  EXPECT_EQ(this->Hello("Ada").status(), absl::AbortedError("oh no"));
  this->fake.OnSayHello().Do([](const SayHelloRequest& request) {
    return Greeting("hi, " + request.name());
  });
  EXPECT_EQ(this->Hello("Ada")->greeting(), "hi, Ada");
  EXPECT_EQ(this->fake.OnSayHello().calls(), 3);
  ASSERT_EQ(this->fake.OnSayHello().requests().size(), 3);
  EXPECT_EQ(this->fake.OnSayHello().requests()[2].name(), "Ada");
  EXPECT_EQ(this->fake.OnCount().calls(), 0);
}

TYPED_TEST(FakeTest, I18SpecialCasesByTheRequest) {
  const auto is = [](const std::string& name) {
    return [name](const SayHelloRequest& request) {
      return request.name() == name;
    };
  };
  // Echo, unless a case says something else.
  this->fake.OnSayHello().Do(
      [](const SayHelloRequest& request) { return Greeting(request.name()); });
  this->fake.OnSayHello()
      .When(is("error"))
      .Return(absl::NotFoundError("custom"));
  this->fake.OnSayHello().When(is("raises")).Do([](const SayHelloRequest&) {
    throw std::runtime_error("secret");
  });
  this->fake.OnSayHello().When(is("who")).Do(
      [](hawkmount::Context& context, const SayHelloRequest&) {
        return Greeting(std::string(context.request_id()));
      });
  EXPECT_EQ(this->Hello("plain")->greeting(), "plain");
  EXPECT_EQ(this->Hello("error").status(), absl::NotFoundError("custom"));
  const absl::Status raised = this->Hello("raises").status();
  EXPECT_EQ(raised.code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(raised.message().find("secret"), absl::string_view::npos);
  EXPECT_EQ(
      this->client
          .SayHello(Named("who"), {.timeout = 60s, .request_id = "id.7"})
          ->greeting(),
      "id.7");
  // The last one that was made counts first.
  this->fake.OnSayHello().When(is("error")).Return(Greeting("mended"));
  EXPECT_EQ(this->Hello("error")->greeting(), "mended");
}

TYPED_TEST(FakeTest, I18ServerStreamOfOneMessageEach) {
  this->fake.OnCount().Do([](const CountRequest& request) {
    std::vector<CountResponse> digits;
    for (const char c : std::to_string(request.up_to())) {
      digits.push_back(Number(static_cast<uint32_t>(c - '0')));
    }
    return digits;
  });
  auto stream = this->client.Count(UpTo(1234), {.timeout = 60s});
  std::string seen;
  for (CountResponse response; stream.Read(response);) {
    seen += std::to_string(response.number());
  }
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_EQ(seen, "1234");
}

TYPED_TEST(FakeTest, I18ServerStreamThatFailsInTheMiddle) {
  this->fake.OnCount().Return({Number(7)}, absl::DataLossError("torn"));
  auto stream = this->client.Count(CountRequest(), {.timeout = 60s});
  CountResponse response;
  ASSERT_TRUE(stream.Read(response));
  EXPECT_EQ(response.number(), 7);
  EXPECT_FALSE(stream.Read(response));
  EXPECT_EQ(stream.Finish(), absl::DataLossError("torn"));
}

TYPED_TEST(FakeTest, I18ClientStreamIsConcatenated) {
  this->fake.OnCollect().Do([](const std::vector<CollectRequest>& requests) {
    std::string all;
    for (const CollectRequest& request : requests) all += request.name();
    CollectResponse response;
    response.add_names(all);
    return response;
  });
  this->fake.OnCollect()
      .When([](const std::vector<CollectRequest>& all) { return all.empty(); })
      .Return(absl::InvalidArgumentError("nothing"));
  auto stream = this->client.Collect({.timeout = 60s});
  for (const char* name : {"a", "b", "c"}) stream.Write(Name(name));
  const auto response = stream.Finish();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->names(0), "abc");
  EXPECT_EQ(this->fake.OnCollect().requests().size(), 3);
  EXPECT_EQ(
      this->client.Collect({.timeout = 60s}).Finish().status(),
      absl::InvalidArgumentError("nothing"));
}

TYPED_TEST(FakeTest, I18BidiStreamEchoes) {
  this->fake.OnChat().Do([](const ChatRequest& request) {
    return std::vector<ChatResponse>{Said(request.line())};
  });
  this->fake.OnChat()
      .When([](const ChatRequest& request) { return request.line() == "bye"; })
      .Return(absl::AbortedError("bye"));
  auto stream = this->client.Chat({.timeout = 60s});
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

TYPED_TEST(FakeTest, I18RaisesInStreamsOfEveryKind) {
  this->fake.OnCount().Do(
      [](const CountRequest&) { throw std::runtime_error("secret"); });
  this->fake.OnCollect()
      .When([](const std::vector<CollectRequest>& all) {
        return all.back().name() == "raise";
      })
      .Do([](const std::vector<CollectRequest>&) {
        throw std::runtime_error("secret");
      });
  this->fake.OnChat().Return({Said("a")});
  this->fake.OnChat()
      .When(
          [](const ChatRequest& request) { return request.line() == "raise"; })
      .Do([](const ChatRequest&) { throw std::runtime_error("secret"); });

  std::vector<absl::Status> ends;
  ends.push_back(this->client.Count(UpTo(3), {.timeout = 60s}).Finish());
  auto names = this->client.Collect({.timeout = 60s});
  for (const char* name : {"a", "raise"}) names.Write(Name(name));
  ends.push_back(names.Finish().status());
  auto chat = this->client.Chat({.timeout = 60s});
  ChatResponse response;
  ASSERT_TRUE(chat.Write(Line("a")));
  ASSERT_TRUE(chat.Read(response));
  ASSERT_TRUE(chat.Write(Line("raise")));
  EXPECT_FALSE(chat.Read(response));
  ends.push_back(chat.Finish());
  for (const absl::Status& end : ends) {
    EXPECT_EQ(end.code(), absl::StatusCode::kUnknown);
    EXPECT_EQ(end.message().find("secret"), absl::string_view::npos);
  }
}

// What the seed's kit takes interceptors for.
TYPED_TEST(FakeTest, I18IsServedInsideOfInterceptors) {
  struct Shout {
    void OnReceive(hawkmount::Context&, SayHelloRequest& request) {
      request.set_name("ADA");
    }
  };
  this->fake.OnSayHello().Do(
      [](const SayHelloRequest& request) { return Greeting(request.name()); });
  const TestServer inside(GreeterMount(this->fake, Shout()));
  EXPECT_EQ(
      GreeterClient(inside.channel())
          .SayHello(Named("Ada"), {.timeout = 60s})
          ->greeting(),
      "ADA");
  EXPECT_EQ(this->fake.OnSayHello().requests()[0].name(), "ADA");
}

}  // namespace
}  // namespace e2e
