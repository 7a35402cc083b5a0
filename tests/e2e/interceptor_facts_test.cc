// How long facts live, and where they are found: whatever becomes of the call,
// with chains inside of chains, in both styles.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>

#include "handlers.h"
#include "hawkmount/await.h"
#include "hawkmount/interceptor.h"
#include "hawkmount/testing/call.h"
#include "hawkmount/testing/task.h"
#include "oracle.h"

namespace e2e {
namespace {

using hawkmount::Context;
using hawkmount::Facts;
using hawkmount::Style;
using namespace std::chrono_literals;

// How many facts there are.
std::atomic<int> living{0};

template <int kNumber>
struct Fact {
  std::string text;
  explicit Fact(std::string t) : text(std::move(t)) { ++living; }
  Fact(Fact&&) = delete;
  ~Fact() { --living; }
};
using Outer = Fact<1>;
using Inner = Fact<2>;

// Both have nothing to do after the start.
struct GiveOuter {
  using Provides = Facts<Outer>;
  void Before(Context& context) { context.Set<Outer>("outer"); }
};
struct GiveInner {
  using Provides = Facts<Inner>;
  absl::Status Before(Context& context) {
    context.Set<Inner>("inner");
    if (context.metadata().Find("refuse")) return absl::AbortedError("refused");
    if (context.metadata().Find("throw")) throw std::runtime_error("thrown");
    return absl::OkStatus();
  }
};
// And one that has.
struct SeesTheEnd {
  void After(Context& context, absl::Status&) {
    EXPECT_NE(context.Get<Outer>(), nullptr);
  }
};

std::string TextOf(const Context& context) {
  const auto* outer = context.Get<Outer>();
  const auto* inner = context.Get<Inner>();
  return (outer == nullptr ? "-" : outer->text) + " " +
         (inner == nullptr ? "-" : inner->text);
}

// Says which facts it sees, in calls of all kinds.
class Reader final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest& request,
      SayHelloResponse& response) override {
    if (request.name() == "throw") throw std::runtime_error("thrown");
    response.set_greeting(TextOf(context));
    return absl::OkStatus();
  }
  // Throws at once, unlike a coroutine.
  hawkmount::Task SayHelloAsync(
      SayHelloContext& context,
      const SayHelloRequest& request,
      SayHelloResponse& response) override {
    if (request.name() == "throw") throw std::runtime_error("thrown");
    return Answer(context, request, response);
  }
  absl::Status Count(
      CountContext& context, const CountRequest&, CountStream&) override {
    return absl::NotFoundError(TextOf(context));
  }
  hawkmount::Task CountAsync(
      CountContext& context, const CountRequest&, CountAsyncStream&) override {
    co_await hawkmount::Sleep(1ms);
    co_return absl::NotFoundError(TextOf(context));
  }
  absl::Status Collect(
      CollectContext& context, CollectStream&, CollectResponse&) override {
    return absl::NotFoundError(TextOf(context));
  }
  hawkmount::Task CollectAsync(
      CollectContext& context, CollectAsyncStream&, CollectResponse&) override {
    co_await hawkmount::Sleep(1ms);
    co_return absl::NotFoundError(TextOf(context));
  }
  absl::Status Chat(ChatContext& context, ChatStream&) override {
    return absl::NotFoundError(TextOf(context));
  }
  hawkmount::Task ChatAsync(ChatContext& context, ChatAsyncStream&) override {
    co_await hawkmount::Sleep(1ms);
    co_return absl::NotFoundError(TextOf(context));
  }

 private:
  static hawkmount::Task Answer(
      SayHelloContext& context,
      const SayHelloRequest& request,
      SayHelloResponse& response) {
    const bool wait = request.name() == "wait";
    co_await hawkmount::Sleep(wait ? 60s : 1ms);
    response.set_greeting(TextOf(context));
    co_return absl::OkStatus();
  }
};

class FactsTest : public testing::TestWithParam<Style> {
 protected:
  template <class... Interceptors>
  void Serve(GreeterHandler& handler, Interceptors... interceptors) {
    auto& handle = app_.Mount(
        GreeterMount(
            handler,
            GreeterStyles{GetParam(), GetParam(), GetParam(), GetParam()},
            std::move(interceptors)...),
        {.host = "127.0.0.1", .port = 0});
    ASSERT_TRUE(app_.Start().ok());
    port_ = handle.port();
  }
  ~FactsTest() override {
    CheckTruth(app_, ledger_);
    EXPECT_TRUE(app_.Shutdown(5s).ok());
    EXPECT_EQ(living, 0);
  }

  absl::StatusOr<std::string> Hello(
      const std::string& name,
      const std::string& key = "",
      std::chrono::nanoseconds timeout = 60s) {
    SayHelloRequest request;
    request.set_name(name);
    hawkmount::CallOptions options{.timeout = timeout};
    if (!key.empty()) options.metadata.push_back({key, "please"});
    auto response = ClientOf(port_).SayHello(request, options);
    ledger_.Add("SayHello", response.status());
    if (!response.ok()) return response.status();
    return response->greeting();
  }
  // What the streams say that they see.
  void CheckStreams(const absl::Status& expected) {
    GreeterClient client = ClientOf(port_);
    const hawkmount::CallOptions options{.timeout = 60s};
    absl::Status count = client.Count(CountRequest(), options).Finish();
    ledger_.Add("Count", count);
    EXPECT_EQ(count, expected);
    absl::Status collect = client.Collect(options).Finish().status();
    ledger_.Add("Collect", collect);
    EXPECT_EQ(collect, expected);
    absl::Status chat = client.Chat(options).Finish();
    ledger_.Add("Chat", chat);
    EXPECT_EQ(chat, expected);
  }

  Reader handler_;
  GreeterChain<GiveInner> inner_{handler_, GiveInner{}};
  hawkmount::App app_{Quiet()};
  int port_ = 0;
  Ledger ledger_;
};

TEST_P(FactsTest, LiveAsLongAsTheHandler) {
  Serve(handler_, GiveOuter{}, GiveInner{});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Hello("x").value(), "outer inner");
    CheckStreams(absl::NotFoundError("outer inner"));
  }
}

TEST_P(FactsTest, GoWithCallsThatEndBadly) {
  Serve(handler_, GiveOuter{}, GiveInner{});
  EXPECT_EQ(Hello("throw").status().code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(Hello("x", "throw").status().code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(Hello("x", "refuse").status(), absl::AbortedError("refused"));
  if (GetParam() == Style::kCoroutine) {
    EXPECT_EQ(
        Hello("wait", "", 50ms).status().code(),
        absl::StatusCode::kDeadlineExceeded);
  }
}

TEST_P(FactsTest, OfAChainInAChain) {
  Serve(inner_, GiveOuter{});
  EXPECT_EQ(Hello("x").value(), "outer inner");
  EXPECT_EQ(Hello("throw").status().code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(Hello("x", "refuse").status(), absl::AbortedError("refused"));
  EXPECT_EQ(Hello("x", "throw").status().code(), absl::StatusCode::kUnknown);
  CheckStreams(absl::NotFoundError("outer inner"));
}

TEST_P(FactsTest, OfAChainInAChainThatSeesTheEnd) {
  Serve(inner_, GiveOuter{}, SeesTheEnd{});
  EXPECT_EQ(Hello("x").value(), "outer inner");
  EXPECT_EQ(Hello("throw").status().code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(Hello("x", "refuse").status(), absl::AbortedError("refused"));
  EXPECT_EQ(Hello("x", "throw").status().code(), absl::StatusCode::kUnknown);
  CheckStreams(absl::NotFoundError("outer inner"));
}

// What a test puts beside a call is there beside what a chain does.
TEST_P(FactsTest, OfATestAroundAChain) {
  Reader handler;
  GreeterChain chain(handler, GiveInner{});
  hawkmount::testing::TestContext<GreeterHandler::SayHelloContext> context;
  context.Set<Outer>("test's");
  SayHelloResponse response;
  if (GetParam() == Style::kBlocking) {
    EXPECT_TRUE(chain.SayHello(context, SayHelloRequest(), response).ok());
  } else {
    const SayHelloRequest request;
    hawkmount::testing::ManualClock clock;
    hawkmount::testing::TestTask task(
        clock, context, chain.SayHelloAsync(context, request, response));
    EXPECT_TRUE(task.Finish().ok());
  }
  EXPECT_EQ(response.greeting(), "test's inner");
}

INSTANTIATE_TEST_SUITE_P(
    Both,
    FactsTest,
    testing::Values(Style::kBlocking, Style::kCoroutine),
    [](const auto& info) {
      return info.param == Style::kBlocking ? "Blocking" : "Coroutine";
    });

}  // namespace
}  // namespace e2e
