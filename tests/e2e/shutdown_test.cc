// Servers that are stopped while they are busy, again and again.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "handlers.h"
#include "hawkmount/await.h"
#include "hiccup_meter.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::Style;
using std::chrono::steady_clock;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// What a stop leaves handlers after their cancel, of a machine that lets them
// run: of 800 ms.
constexpr auto kSpare = 400ms;

// A stop in time, or, where a sanitizer or a machine that lost so much makes
// everything many times slower, one that was too late for its bound but still
// ends.
void WaitForWhatIsLeft(
    const absl::Status& stopped, steady_clock::duration lost) {
  if (!kSanitized && lost < kSpare) {
    ASSERT_TRUE(stopped.ok()) << stopped;
  }
  ASSERT_TRUE(AreGone("hawkmount-left"));
}

// Calls one method for ever, until a call does not come to OK.
class Client {
 public:
  Client(const BothStyles& served, Ledger& ledger, Style style, int kind)
      : client_(served.Client(style)), ledger_(ledger), kind_(kind) {}

  void Run() {
    while (CallOnce()) {
    }
  }

 private:
  bool CallOnce() {
    static const hawkmount::CallOptions kOptions{.timeout = 30s};
    absl::Status status;
    switch (kind_) {
      case 0: {
        status = client_.SayHello(SayHelloRequest(), kOptions).status();
        ledger_.Add("SayHello", status);
        break;
      }
      case 1: {
        CountRequest request;
        request.set_up_to(50);
        auto stream = client_.Count(request, kOptions);
        for (CountResponse response; stream.Read(response);) {
        }
        status = stream.Finish();
        ledger_.Add("Count", status);
        break;
      }
      case 2: {
        auto stream = client_.Collect(kOptions);
        CollectRequest request;
        request.set_name("n");
        for (int i = 0; i < 50 && stream.Write(request); ++i) {
        }
        status = stream.Finish().status();
        ledger_.Add("Collect", status);
        break;
      }
      default: {
        // One stream that goes on for as long as it can.
        auto stream = client_.Chat(kOptions);
        ChatRequest request;
        ChatResponse response;
        request.set_line("x");
        while (stream.Write(request) && stream.Read(response)) {
        }
        status = stream.Finish();
        ledger_.Add("Chat", status);
      }
    }
    return status.ok();
  }

  const GreeterClient client_;
  Ledger& ledger_;
  const int kind_;
};

TEST(ShutdownTest, WhileBusyInAllKindsAndStyles) {
  constexpr int kRounds = 200;
  constexpr auto kGrace = 50ms;
  steady_clock::duration longest{};
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    BothStyles served(Quiet());
    ASSERT_TRUE(served.app().Start().ok());
    Ledger ledger;
    std::vector<std::thread> threads;
    for (const Style style : {hawkmount::kBlocking, hawkmount::kCoroutine}) {
      for (int kind = 0; kind < 4; ++kind) {
        threads.emplace_back(
            [&, style, kind] { Client(served, ledger, style, kind).Run(); });
      }
    }
    std::this_thread::sleep_for(20ms + round % 17 * 1ms);
    const HiccupMeter meter;
    const absl::Status status = served.app().Shutdown(kGrace);
    longest = std::max(longest, meter.granted());
    WaitForWhatIsLeft(status, meter.lost());
    // Every client gets a status, or this would not end.
    for (std::thread& thread : threads) thread.join();
    CheckTruth(served.app(), ledger);
    if (testing::Test::HasFailure()) break;
  }
  std::printf(
      "longest shutdown %.1f ms at a grace of 50\n",
      std::chrono::duration<double, std::milli>(longest).count());
  if (!kSanitized) {
    EXPECT_LE(longest, kGrace + 1s);
  }
}

// Handlers that do not hear of the cancel, until they are let go.
class Deaf final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    ++entered;
    WaitForRelease();
    return absl::OkStatus();
  }

  hawkmount::Task CollectAsync(
      CollectContext&, CollectAsyncStream& stream, CollectResponse&) override {
    CollectRequest request;
    co_await stream.Read(request);
    ++entered;
    // A function that has begun is waited for.
    co_await hawkmount::RunBlocking([this] { WaitForRelease(); });
    co_return absl::OkStatus();
  }

  std::atomic<int> entered{0};
  std::atomic<int> released{0};
  std::atomic<bool> let_go{false};

 private:
  void WaitForRelease() {
    while (!let_go) std::this_thread::sleep_for(1ms);
    ++released;
  }
};

void CallDeaf(const GreeterClient& client, std::vector<std::thread>& threads) {
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([client] {
      EXPECT_FALSE(client.SayHello(SayHelloRequest(), {.timeout = 60s}).ok());
    });
    threads.emplace_back([client] {
      auto stream = client.Collect({.timeout = 60s});
      stream.Write(CollectRequest());
      EXPECT_FALSE(stream.Finish().ok());
    });
  }
}

TEST(ShutdownTest, HandlersThatReturnLate) {
  for (int round = 0; round < 5; ++round) {
    Deaf deaf;
    std::vector<std::thread> threads;
    {
      hawkmount::App app(Quiet());
      auto& mount =
          app.Mount(GreeterMount(deaf), {.host = "127.0.0.1", .port = 0});
      ASSERT_TRUE(app.Start().ok());
      CallDeaf(ClientOf(mount.port()), threads);
      while (deaf.entered < 4) std::this_thread::sleep_for(1ms);
      const HiccupMeter meter;
      const absl::Status status = app.Shutdown(100ms);
      EXPECT_LE(meter.granted(), 100ms + 1s);
      EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
      EXPECT_NE(
          status.message().find(
              "/acme.greeter.v1.Greeter/SayHello from ipv4:127.0.0.1:"),
          absl::string_view::npos)
          << status;
      EXPECT_EQ(status.message().find("unknown"), absl::string_view::npos)
          << status;
      // The callers have their statuses although the handlers go on.
      for (std::thread& thread : threads) thread.join();
    }
    // What is left behind outlives the app, and frees itself.
    deaf.let_go = true;
    while (deaf.released < 4) std::this_thread::sleep_for(1ms);
    EXPECT_TRUE(AreGone("hawkmount-left"));
    EXPECT_TRUE(AreGone("hawkmount-event"));
  }
}

TEST(ShutdownTest, HandlersThatNeverReturnDoNotKeepTheProcess) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    execl("/proc/self/exe", "shutdown_test", "--serve-for-ever", nullptr);
    _exit(127);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 3);
}

// As the child of the test above: a server whose handler never returns.
int ServeForEver() {
  static Deaf deaf;
  static std::vector<std::thread> threads;
  bool as_expected = false;
  {
    hawkmount::App app(Quiet());
    auto& mount =
        app.Mount(GreeterMount(deaf), {.host = "127.0.0.1", .port = 0});
    if (!app.Start().ok()) return 1;
    CallDeaf(ClientOf(mount.port()), threads);
    while (deaf.entered < 4) std::this_thread::sleep_for(1ms);
    const absl::Status ended = app.Shutdown(50ms);
    as_expected = absl::IsDeadlineExceeded(ended) &&
                  ended.message().find("/acme.greeter.v1.Greeter/SayHello") !=
                      absl::string_view::npos;
  }
  for (std::thread& thread : threads) thread.join();
  std::fflush(nullptr);
  // As main does after App::Run: with threads still in their handlers.
  _exit(as_expected ? 3 : 2);
}

TEST(ShutdownTest, TwiceAtOnceAndWithoutAStart) {
  BothStyles served(Quiet());
  EXPECT_TRUE(served.app().Shutdown(0ms).ok());
  ASSERT_TRUE(served.app().Start().ok());
  EXPECT_TRUE(served.app().Start().ok());
  std::thread other([&] { EXPECT_TRUE(served.app().Shutdown(60s).ok()); });
  EXPECT_TRUE(served.app().Shutdown(60s).ok());
  other.join();
}

// H36.
TEST(ShutdownTest, InFlightCallsMayEndWithinTheGrace) {
  BothStyles served(Quiet());
  ASSERT_TRUE(served.app().Start().ok());
  for (const Style style : {hawkmount::kBlocking, hawkmount::kCoroutine}) {
    (void)served.Client(style).SayHello(SayHelloRequest());
  }
  const GreeterClient client = served.Client(hawkmount::kCoroutine);
  auto stream = client.Chat({.timeout = 30s});
  ChatRequest request;
  ChatResponse response;
  request.set_line("x");
  ASSERT_TRUE(stream.Write(request));
  ASSERT_TRUE(stream.Read(response));
  std::thread shutdown([&] { EXPECT_TRUE(served.app().Shutdown(20s).ok()); });
  std::this_thread::sleep_for(100ms);
  ASSERT_TRUE(stream.Write(request));
  ASSERT_TRUE(stream.Read(response));
  stream.WritesDone();
  EXPECT_TRUE(stream.Finish().ok());
  shutdown.join();
}

}  // namespace
}  // namespace e2e

int main(int argc, char** argv) {
  if (argc > 1 && std::string(argv[1]) == "--serve-for-ever") {
    return e2e::ServeForEver();
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
