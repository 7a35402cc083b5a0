// H37: plugins are told of what flies out of handlers.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "limited.h"
#include "noting_plugin.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

const hawkmount::MountOptions kFreePort = {.host = "127.0.0.1", .port = 0};

class ExceptionsTest : public testing::TestWithParam<hawkmount::Style> {
 protected:
  explicit ExceptionsTest() : served_(Options()) {}

  hawkmount::AppOptions Options() {
    hawkmount::AppOptions options;
    options.logger = KeepLines(lines_);
    return options;
  }
  void Start() {
    served_.app().Use("thrower", std::make_unique<Throwing>());
    served_.app().Use("one", std::make_unique<Noting>("one", diary_));
    ASSERT_TRUE(served_.app().Start().ok());
  }
  // Calls of all four kinds, whose handlers all throw; `id` is their request
  // id.
  void ThrowInAllKinds(const std::string& id) {
    const GreeterClient client = served_.Client(GetParam());
    const hawkmount::CallOptions options{.timeout = 60s, .request_id = id};
    SayHelloRequest hello;
    hello.set_name("throw");
    ledger_.Add("SayHello", client.SayHello(hello, options).status());
    CountRequest up_to;
    up_to.set_up_to(kThrowInt);
    ledger_.Add("Count", client.Count(up_to, options).Finish());
    auto collect = client.Collect(options);
    CollectRequest name;
    name.set_name("throw");
    collect.Write(name);
    ledger_.Add("Collect", collect.Finish().status());
    auto chat = client.Chat(options);
    ChatRequest line;
    line.set_line("throw");
    chat.Write(line);
    ledger_.Add("Chat", chat.Finish());
  }
  // What the plugin hears of them.
  static Words Told(const std::string& id) {
    return {
        "one Chat " + id + " runtime_error secret",
        "one Collect " + id + " runtime_error secret",
        "one Count " + id + " int 7",
        "one SayHello " + id + " runtime_error secret"};
  }
  Words ToldOfCalls() const {
    Words words = diary_.WithoutMounts();
    std::erase(words, "one up");
    std::erase(words, "one down");
    std::sort(words.begin(), words.end());
    return words;
  }

  std::shared_ptr<std::vector<std::string>> lines_;
  Diary diary_;
  BothStyles served_;
  Ledger ledger_;
};

INSTANTIATE_TEST_SUITE_P(
    Styles,
    ExceptionsTest,
    testing::Values(hawkmount::kBlocking, hawkmount::kCoroutine),
    [](const auto& info) {
      return info.param == hawkmount::kBlocking ? "Blocking" : "Coroutine";
    });

TEST_P(ExceptionsTest, AreToldAndAPluginThatThrowsTouchesNoCall) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ThrowInAllKinds("the.id");
  CheckTruth(served_.app(), ledger_);
  for (const auto& [method, codes] : ledger_.calls()) {
    EXPECT_EQ(codes[static_cast<size_t>(absl::StatusCode::kUnknown)], 1u)
        << method;
  }
  // Statuses are no exceptions.
  SayHelloRequest request;
  request.set_name("fail");
  EXPECT_FALSE(served_.Client(GetParam())
                   .SayHello(request, {.timeout = 60s})
                   .status()
                   .ok());
  ASSERT_FALSE(served_.app().Shutdown(10s).ok()) << "the thrower's OnShutdown";
  EXPECT_EQ(ToldOfCalls(), Told("the.id"));
  // The log says what the plugin did.
  const auto count = [&](const std::string& words) {
    return std::count_if(
        lines_->begin(), lines_->end(), [&](const std::string& line) {
          return line.find(words) != std::string::npos;
        });
  };
  EXPECT_EQ(count("OnException of plugin \"thrower\" threw secret"), 3);
  EXPECT_EQ(
      count("OnException of plugin \"thrower\" threw what is no exception"), 1);
  EXPECT_EQ(count("OnMountAdded of plugin \"thrower\" threw no mounts"), 2);
}

TEST_P(ExceptionsTest, AreToldOfManyThreads) {
  ASSERT_NO_FATAL_FAILURE(Start());
  constexpr int kThreads = 4;
  constexpr int kRounds = 20;
  Words expected;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    const std::string id = "id." + std::to_string(i);
    for (int round = 0; round < kRounds; ++round) {
      for (const std::string& word : Told(id)) expected.push_back(word);
    }
    threads.emplace_back([this, id] {
      for (int round = 0; round < kRounds; ++round) ThrowInAllKinds(id);
    });
  }
  // One that comes while there are calls hears of those from then on.
  Diary later;
  served_.app().Use("later", std::make_unique<Noting>("later", later));
  for (std::thread& thread : threads) thread.join();
  ThrowInAllKinds("last");
  for (const std::string& word : Told("last")) expected.push_back(word);
  std::sort(expected.begin(), expected.end());
  served_.app().Shutdown(10s).IgnoreError();
  CheckTruth(served_.app(), ledger_);
  EXPECT_EQ(ToldOfCalls(), expected);
  const Words heard = later.words();
  EXPECT_EQ(
      std::count_if(
          heard.begin(),
          heard.end(),
          [](const std::string& word) {
            return word.find(" last ") != std::string::npos;
          }),
      4);
  EXPECT_EQ(std::count(heard.begin(), heard.end(), "later down"), 0)
      << "it never heard of the start";
}

// Where nothing is logged there is a request id, too.
TEST(ExceptionsOfQuietMounts, HaveARequestId) {
  CoroutineGreeter greeter;
  Diary diary;
  hawkmount::App app(Quiet());
  hawkmount::MountOptions options = kFreePort;
  options.observability = false;
  auto& mount = app.Mount(GreeterMount(greeter), options);
  app.Use("one", std::make_unique<Noting>("one", diary));
  // By its handle: the plugin is not started, and hears of exceptions.
  ASSERT_TRUE(mount.Start().ok());
  const GreeterClient client = ClientOf(mount.port());
  SayHelloRequest request;
  request.set_name("throw");
  EXPECT_FALSE(client.SayHello(request, {.timeout = 60s}).status().ok());
  ASSERT_TRUE(mount.Stop().ok());
  const Words words = diary.words();
  ASSERT_EQ(words.size(), 2u);
  EXPECT_EQ(words[0], "one mount acme.greeter.v1.Greeter");
  EXPECT_TRUE(words[1].starts_with("one SayHello ")) << words[1];
  EXPECT_TRUE(words[1].ends_with(" runtime_error secret")) << words[1];
  EXPECT_GT(
      words[1].size(), std::string("one SayHello  runtime_error secret").size())
      << words[1];
}

// A call that was answered at its timeout, whose handler throws after that.
template <class Handler>
void ThrowLate() {
  Handler handler;
  Diary diary;
  hawkmount::App app(Quiet());
  app.Use("one", std::make_unique<Noting>("one", diary));
  auto& mount = app.Mount(LimitedMount(handler), kFreePort);
  ASSERT_TRUE(app.Start().ok());
  const LimitedClient client = LimitedClientOf(mount.port());
  // A call that a slow machine has begun too late is not handled.
  while (handler.running.thrown() == 0) {
    for (const std::string& method : kTimedMethods) {
      EXPECT_EQ(
          CallLimited(client, method, "throw", {.timeout = 120s}).code(),
          absl::StatusCode::kDeadlineExceeded);
    }
  }
  ASSERT_TRUE(app.Shutdown(60s).ok());
  Words words = diary.WithoutMounts();
  std::erase(words, "one up");
  std::erase(words, "one down");
  EXPECT_EQ(words.size(), static_cast<size_t>(handler.running.thrown()));
  for (const std::string& word : words) {
    EXPECT_TRUE(word.starts_with("one Timed")) << word;
  }
}

TEST(LateExceptions, AreToldOfBlockingHandlers) {
  ThrowLate<BlockingLimited>();
}
TEST(LateExceptions, AreToldOfCoroutines) { ThrowLate<CoroutineLimited>(); }

}  // namespace
}  // namespace e2e
