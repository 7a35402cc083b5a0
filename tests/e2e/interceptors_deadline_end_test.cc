// What becomes of calls whose end the server has set (DeadlinePolicy): they are
// answered then, whatever their handlers do, in all kinds and both styles.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "hawkmount/await.h"
#include "hawkmount/interceptors/deadline_policy.h"
#include "limited.h"
#include "oracle.h"

namespace e2e {
namespace {

using hawkmount::CallOptions;
using hawkmount::Context;
using hawkmount::DeadlinePolicy;
using namespace std::chrono_literals;

const CallOptions kPatience{.timeout = 120s};
constexpr char kMessage[] = "the call took longer than the server gives it";

// Makes a call of each kind that waits until it is given up.
std::vector<absl::Status> WaitInAllKinds(
    const GreeterClient& client, Ledger& ledger, const CallOptions& options) {
  std::vector<absl::Status> all;
  const auto add = [&](const char* method, const absl::Status& status) {
    ledger.Add(method, status);
    all.push_back(status);
  };
  SayHelloRequest hello;
  hello.set_name("wait");
  add("SayHello", client.SayHello(hello, options).status());
  CountRequest count;
  count.set_up_to(kWait);
  add("Count", client.Count(count, options).Finish());
  CollectRequest collect;
  collect.set_name("wait");
  auto collecting = client.Collect(options);
  collecting.Write(collect);
  add("Collect", collecting.Finish().status());
  ChatRequest chat;
  chat.set_line("wait");
  auto chatting = client.Chat(options);
  chatting.Write(chat);
  add("Chat", chatting.Finish());
  return all;
}

// The greeter, of which the schema says nothing.
template <class Handler>
class DeadlineEndTest : public testing::Test {
 protected:
  template <class... Interceptors>
  void Serve(hawkmount::MountOptions options, Interceptors... interceptors) {
    options.host = "127.0.0.1";
    options.port = 0;
    mount_ = &app_.Mount(GreeterMount(handler_, interceptors...), options);
    ASSERT_TRUE(app_.Start().ok());
  }
  void ExpectEnds(const CallOptions& options) {
    for (const absl::Status& status :
         WaitInAllKinds(ClientOf(mount_->port()), ledger_, options)) {
      EXPECT_EQ(status, absl::DeadlineExceededError(kMessage));
    }
  }
  void End(double calls) {
    CheckTruth(app_, ledger_);
    for (const char* method : {"SayHello", "Count", "Collect", "Chat"}) {
      const std::string labels = "{" + MethodLabel(method) + "}";
      ExpectSoon(app_, "hawkapi_grpc_timeouts_total" + labels, calls);
      ExpectSoon(app_, "hawkapi_grpc_late_results_total" + labels, calls);
    }
    EXPECT_TRUE(app_.Shutdown(5s).ok());
  }

  Handler handler_;
  hawkmount::App app_{Quiet()};
  hawkmount::MountHandle* mount_ = nullptr;
  Ledger ledger_;
};

using Greeters = testing::Types<BlockingGreeter, CoroutineGreeter>;
TYPED_TEST_SUITE(DeadlineEndTest, Greeters);

TYPED_TEST(DeadlineEndTest, TheDefaultEndsThem) {
  this->Serve({}, DeadlinePolicy({.default_deadline = 50ms}));
  this->ExpectEnds({});
  this->End(1);
}

TYPED_TEST(DeadlineEndTest, TheMaximumEndsThem) {
  this->Serve({}, DeadlinePolicy({.maximum = 50ms}));
  this->ExpectEnds({});
  this->ExpectEnds(kPatience);
  this->End(2);
}

class Shortening final : public hawkmount::Interceptor {
 public:
  hawkmount::Decision Before(Context& context) override {
    context.ShortenDeadline(100h);
    context.ShortenDeadline(50ms);
    context.ShortenDeadline(1h);
    return {};
  }
};

TYPED_TEST(DeadlineEndTest, ListsThatAreMadeAtRunTimeEndThem) {
  this->Serve({.interceptors = {std::make_shared<Shortening>()}});
  this->ExpectEnds({});
  this->ExpectEnds(kPatience);
  this->End(2);
}

// It is over when the handler is to begin.
struct NoTime {
  void Before(Context& context) { context.ShortenDeadline(-1h); }
};

TYPED_TEST(DeadlineEndTest, NoTimeAtAll) {
  this->Serve({}, NoTime());
  this->ExpectEnds({});
  this->End(1);
}

struct FromAWorker {
  void Before(Context& context) { context.ShortenDeadline(20ms); }
  hawkmount::Task BeforeAsync(Context& context) {
    co_await hawkmount::RunBlocking([&] { context.ShortenDeadline(20ms); });
    co_return absl::OkStatus();
  }
};

TYPED_TEST(DeadlineEndTest, FromAnyThread) {
  this->Serve({}, FromAWorker());
  this->ExpectEnds({});
  this->ExpectEnds(kPatience);
  this->End(2);
}

// A service with timeouts of its own, which are longer.
template <class Handler>
class DeadlineRaceTest : public testing::Test {
 protected:
  template <class... Interceptors>
  void Serve(Interceptors... interceptors) {
    mount_ = &app_.Mount(
        LimitedMount(handler_, interceptors...),
        {.host = "127.0.0.1", .port = 0});
    ASSERT_TRUE(app_.Start().ok());
  }
  absl::Status Call(
      const LimitedClient& client,
      const std::string& method,
      const std::string& text) {
    const absl::Status status = CallLimited(client, method, text, kPatience);
    ledger_.Add(LimitedPath(method), status);
    return status;
  }
  // Calls of all sorts at a time, from eight threads.
  void Storm(int calls) {
    const unsigned seed = std::random_device()();
    std::printf("seed %u\n", seed);
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 8; ++t) {
      threads.emplace_back([this, calls, seed, t] {
        static const char* const kTexts[] = {
            "", "yield", "late", "throw", "stream"};
        static const char* const kMethods[] = {
            "Timed", "Untimed", "TimedDown", "TimedUp", "TimedBoth"};
        std::mt19937 random(seed + t);
        const LimitedClient client = LimitedClientOf(mount_->port());
        for (int i = 0; i < calls; ++i) {
          const size_t method = random() % 5;
          const char* text = kTexts[random() % (method < 2 ? 4 : 5)];
          const CallOptions options{
              .timeout = random() % 4 == 0
                             ? std::chrono::microseconds(random() % 4000)
                             : std::chrono::microseconds(120s)};
          ledger_.Add(
              LimitedPath(kMethods[method]),
              CallLimited(
                  client, kMethods[method], text, options, random() % 8 == 0));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  std::vector<std::string> Paths() {
    std::vector<std::string> paths{LimitedPath("Untimed")};
    for (const std::string& method : kTimedMethods) {
      paths.push_back(LimitedPath(method));
    }
    return paths;
  }

  Handler handler_;
  hawkmount::App app_{[] {
    hawkmount::AppOptions options = Quiet();
    options.event_threads = 2;
    return options;
  }()};
  hawkmount::MountHandle* mount_ = nullptr;
  Ledger ledger_;
};

using Handlers = testing::Types<BlockingLimited, CoroutineLimited>;
TYPED_TEST_SUITE(DeadlineRaceTest, Handlers);

// The handlers stay at the gate: their callers have their answers, and the
// books are closed, before it is opened.
TYPED_TEST(DeadlineRaceTest, AHandlerThatIsStuck) {
  this->Serve(DeadlinePolicy({.maximum = 30ms}));
  const LimitedClient client = LimitedClientOf(this->mount_->port());
  int calls = 0;
  // What a coroutine gives to a worker that is not free in time is not begun.
  while (this->handler_.gate.entered() < 3) {
    EXPECT_EQ(
        this->Call(client, "Untimed", "stuck"),
        absl::DeadlineExceededError(kMessage));
    ++calls;
  }
  CheckTruth(this->app_, this->ledger_, this->Paths());
  EXPECT_GE(this->handler_.running.now(), 3);
  const std::string late = LimitedSeries("late_results_total", "Untimed");
  ExpectSoon(this->app_, LimitedSeries("timeouts_total", "Untimed"), calls);
  EXPECT_LE(Sample(this->app_, late), calls - 3);
  this->handler_.gate.Open();
  ExpectSoon(this->app_, late, calls);
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

// Sets ends at, before and after the ends that calls come to by themselves,
// once or several times.
class Hasty {
 public:
  void Before(Context& context) {
    const int turn = turns_->fetch_add(1);
    const auto time = std::chrono::microseconds(turn * 137 % 3000);
    if (turn % 3 == 0) context.ShortenDeadline(time + 1ms);
    if (turn % 5 == 0) std::this_thread::yield();
    context.ShortenDeadline(time);
  }
  // When the handler is over, too.
  void After(Context& context, absl::Status&) {
    const int turn = turns_->load();
    if (turn % 2 == 0) {
      context.ShortenDeadline(std::chrono::microseconds(turn % 50));
    }
  }

 private:
  std::shared_ptr<std::atomic<int>> turns_ =
      std::make_shared<std::atomic<int>>(0);
};

TYPED_TEST(DeadlineRaceTest, Storm) {
  this->Serve(Hasty());
  this->Storm(80);
  CheckTruth(this->app_, this->ledger_, this->Paths());
  EXPECT_GT(Sample(this->app_, LimitedSeries("timeouts_total", "Untimed")), 0);
  EXPECT_TRUE(this->app_.Shutdown(30s).ok());
  EXPECT_EQ(this->handler_.running.now(), 0);
}

TYPED_TEST(DeadlineRaceTest, AStopInTheMiddle) {
  this->Serve(Hasty());
  std::thread storm([this] { this->Storm(60); });
  while (this->handler_.running.begun() < 100) std::this_thread::yield();
  EXPECT_TRUE(this->app_.Shutdown(2ms).ok());
  storm.join();
  CheckTruth(this->app_, this->ledger_, this->Paths());
  EXPECT_EQ(this->handler_.running.now(), 0);
}

}  // namespace
}  // namespace e2e
