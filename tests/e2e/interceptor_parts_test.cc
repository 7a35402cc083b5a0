// The parts of interceptors, one by one.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "handlers.h"
#include "hawkmount/await.h"
#include "hawkmount/interceptor.h"
#include "oracle.h"

namespace e2e {
namespace {

using hawkmount::Context;
using hawkmount::Decision;
using hawkmount::Style;
using namespace std::chrono_literals;

// How often its parts were called.
struct Counting {
  std::atomic<int> hello{0};
  std::atomic<int> chats{0};
  std::atomic<int> requests{0};
  std::atomic<int> lines{0};

  void Before(GreeterHandler::SayHelloContext&) { ++hello; }
  void OnReceive(Context&, const SayHelloRequest&) { ++requests; }
  void OnSend(GreeterHandler::ChatContext&, const ChatResponse&) { ++lines; }
  void After(GreeterHandler::ChatContext&, absl::Status&) { ++chats; }
};

// Lets calls go on after a while, in either style.
struct Slow {
  std::chrono::milliseconds wait;
  std::atomic<int>* waited;

  absl::Status Before(Context& context) {
    const auto end = std::chrono::steady_clock::now() + wait;
    while (std::chrono::steady_clock::now() < end) {
      if (context.IsCancelled()) return absl::CancelledError("given up");
      std::this_thread::sleep_for(1ms);
    }
    ++*waited;
    return absl::OkStatus();
  }
  hawkmount::Task BeforeAsync(Context&) {
    const bool slept = co_await hawkmount::Sleep(wait);
    if (!slept) co_return absl::CancelledError("nobody waits any more");
    ++*waited;
    co_return absl::OkStatus();
  }
};

// Knows the answer to "cached" by itself.
struct Cache {
  Decision OnReceive(
      Context&, const SayHelloRequest& request, SayHelloResponse& response) {
    if (request.name() != "cached") return Decision();
    response.set_greeting("from the cache");
    return Decision::Answered();
  }
};

struct Shout {
  void OnSend(Context&, SayHelloResponse& response) {
    response.set_greeting(response.greeting() + "!");
  }
};

// One part for responses of all types, which changes some.
struct Whisper {
  void OnSend(Context&, auto& response) {
    if constexpr (requires { response.line(); }) response.set_line("psst");
  }
};

struct Told {
  std::atomic<const char*>* path;
  void Before(auto& context) {
    *path = std::remove_reference_t<decltype(context)>::kInfo.path.data();
  }
};

class Listed final : public hawkmount::Interceptor {
 public:
  absl::Status OnSend(Context&, google::protobuf::Message& message) override {
    auto& response = dynamic_cast<SayHelloResponse&>(message);
    response.set_greeting("<" + response.greeting() + ">");
    return absl::OkStatus();
  }
};

class PartsTest : public testing::TestWithParam<Style> {
 protected:
  template <class... Interceptors>
  GreeterMount MountOf(Interceptors... interceptors) {
    return GetParam() == Style::kBlocking
               ? GreeterMount(blocking_, std::move(interceptors)...)
               : GreeterMount(coroutine_, std::move(interceptors)...);
  }
  void Serve(
      const hawkmount::Mount& mount,
      std::vector<std::shared_ptr<hawkmount::Interceptor>> listed = {}) {
    handles_.push_back(&app_.Mount(
        mount, {.host = "127.0.0.1", .port = 0, .interceptors = listed}));
  }
  GreeterClient Client(size_t index = 0) {
    EXPECT_TRUE(app_.Start().ok());
    return ClientOf(handles_.at(index)->port());
  }
  absl::StatusOr<std::string> Hello(
      const GreeterClient& client,
      const std::string& name,
      std::chrono::nanoseconds timeout = 30s) {
    SayHelloRequest request;
    request.set_name(name);
    auto response = client.SayHello(request, {.timeout = timeout});
    ledger_.Add("SayHello", response.status());
    if (!response.ok()) return response.status();
    return response->greeting();
  }
  void TearDown() override {
    CheckTruth(app_, ledger_);
    EXPECT_TRUE(app_.Shutdown(5s).ok());
  }

  BlockingGreeter blocking_;
  CoroutineGreeter coroutine_;
  hawkmount::App app_{Quiet()};
  std::vector<hawkmount::MountHandle*> handles_;
  Ledger ledger_;
};

// I1, I6, I7, I8: parts for a method and for a type of message.
TEST_P(PartsTest, AreCalledWhereTheyFit) {
  auto counting = std::make_shared<Counting>();
  Serve(MountOf(counting));
  const GreeterClient client = Client();
  EXPECT_TRUE(Hello(client, "x").ok());
  auto stream = client.Chat({.timeout = 30s});
  ChatRequest request;
  request.set_line("x");
  ChatResponse response;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(stream.Write(request));
    EXPECT_TRUE(stream.Read(response));
  }
  stream.WritesDone();
  const absl::Status status = stream.Finish();
  EXPECT_TRUE(status.ok()) << status;
  ledger_.Add("Chat", status);
  EXPECT_EQ(counting->hello, 1);
  EXPECT_EQ(counting->requests, 1);
  EXPECT_EQ(counting->lines, 3);
  CheckTruth(app_, ledger_);
  EXPECT_EQ(counting->chats, 1);
}

TEST_P(PartsTest, ThatAreMadeForEachTypeMayChangeStreams) {
  Serve(MountOf(Whisper{}));
  auto stream = Client().Chat({.timeout = 30s});
  ChatRequest request;
  request.set_line("x");
  ChatResponse response;
  EXPECT_TRUE(stream.Write(request));
  EXPECT_TRUE(stream.Read(response));
  EXPECT_EQ(response.line(), "psst");
  stream.WritesDone();
  const absl::Status status = stream.Finish();
  EXPECT_TRUE(status.ok()) << status;
  ledger_.Add("Chat", status);
}

TEST_P(PartsTest, AreSharedByMountsThatAreGivenReferences) {
  Counting counting;
  Serve(MountOf(std::ref(counting)));
  Serve(MountOf(std::ref(counting)));
  EXPECT_TRUE(Hello(Client(0), "x").ok());
  EXPECT_TRUE(Hello(Client(1), "x").ok());
  EXPECT_EQ(counting.hello, 2);
}

// I9: the method is known when the part is compiled.
TEST_P(PartsTest, KnowTheirMethod) {
  std::atomic<const char*> path{nullptr};
  Serve(MountOf(Told{&path}));
  EXPECT_TRUE(Hello(Client(), "x").ok());
  EXPECT_STREQ(path, "/acme.greeter.v1.Greeter/SayHello");
}

TEST_P(PartsTest, MayAnswerAndThoseOutsideSeeIt) {
  Serve(MountOf(Shout{}, Cache{}), {std::make_shared<Listed>()});
  const GreeterClient client = Client();
  EXPECT_EQ(Hello(client, "cached").value(), "<from the cache!>");
  EXPECT_EQ(Hello(client, "x").value(), "<Hello, x!>");
}

TEST_P(PartsTest, MayWait) {
  std::atomic<int> waited{0};
  Serve(MountOf(Shout{}, Slow{20ms, &waited}));
  EXPECT_EQ(Hello(Client(), "x").value(), "Hello, x!");
  EXPECT_EQ(waited, 1);
}

TEST_P(PartsTest, StopWaitingWhenTheCallIsGivenUp) {
  std::atomic<int> waited{0};
  Serve(MountOf(Slow{1h, &waited}));
  const auto status = Hello(Client(), "x", 1s).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
  CheckTruth(app_, ledger_);
  EXPECT_EQ(waited, 0);
}

class OnlyHello final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    return absl::OkStatus();
  }
};

// I3, I-B10: no part is called, and they are counted all the same.
TEST(PartsOfOneMethodTest, AreNotCalledForWhatNobodyServes) {
  OnlyHello handler;
  auto counting = std::make_shared<Counting>();
  hawkmount::App app(Quiet());
  auto& mount = app.Mount(
      GreeterMount(handler, counting), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  auto stream = ClientOf(mount.port()).Chat({.timeout = 30s});
  const absl::Status status = stream.Finish();
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  Ledger ledger;
  ledger.Add("Chat", status);
  CheckTruth(app, ledger);
  EXPECT_EQ(counting->chats, 0);
  EXPECT_TRUE(app.Shutdown(5s).ok());
}

INSTANTIATE_TEST_SUITE_P(
    Styles,
    PartsTest,
    testing::Values(Style::kBlocking, Style::kCoroutine),
    [](const auto& info) {
      return info.param == Style::kBlocking ? "Blocking" : "Coroutine";
    });

}  // namespace
}  // namespace e2e
