// Everything at the same time, and the books must balance.

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <thread>

#include "handlers.h"
#include "hawkmount/metrics_registry.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

class Caller {
 public:
  Caller(const BothStyles& served, Ledger& ledger, unsigned seed)
      : random_(seed),
        clients_{
            served.Client(hawkmount::kBlocking),
            served.Client(hawkmount::kCoroutine)},
        ledger_(ledger) {}

  void CallOnce() {
    const GreeterClient& client = clients_[random_() % 2];
    const hawkmount::CallOptions options{.timeout = Timeout()};
    switch (random_() % 4) {
      case 0:
        return Hello(client, options);
      case 1:
        return Count(client, options);
      case 2:
        return Collect(client, options);
      default:
        return Chat(client, options);
    }
  }

 private:
  std::chrono::nanoseconds Timeout() {
    return random_() % 4 == 0 ? std::chrono::microseconds(random_() % 20'000)
                              : std::chrono::nanoseconds(30s);
  }
  std::string Text(bool may_wait) {
    static const char* const kTexts[] = {
        "a", "b", "fail", "throw", "throw int", "early"};
    return may_wait ? "wait" : kTexts[random_() % 6];
  }
  bool MayWait(const hawkmount::CallOptions& options) {
    return *options.timeout < 1s && random_() % 2 == 0;
  }

  void Hello(
      const GreeterClient& client, const hawkmount::CallOptions& options) {
    SayHelloRequest request;
    request.set_name(Text(MayWait(options)));
    ledger_.Add("SayHello", client.SayHello(request, options).status());
  }

  void Count(
      const GreeterClient& client, const hawkmount::CallOptions& options) {
    CountRequest request;
    const uint32_t numbers[] = {0, 5, 50, kFail, kThrow, kLateThrow};
    request.set_up_to(MayWait(options) ? kWait : numbers[random_() % 6]);
    auto stream = client.Count(request, options);
    CountResponse response;
    const bool cancel = random_() % 4 == 0;
    while (stream.Read(response)) {
      if (cancel) stream.Cancel();
    }
    ledger_.Add("Count", stream.Finish());
  }

  void Collect(
      const GreeterClient& client, const hawkmount::CallOptions& options) {
    auto stream = client.Collect(options);
    CollectRequest request;
    request.set_name(Text(MayWait(options)));
    for (unsigned i = random_() % 5; i > 0 && stream.Write(request); --i) {
    }
    if (random_() % 4 == 0) stream.Cancel();
    ledger_.Add("Collect", stream.Finish().status());
  }

  void Chat(
      const GreeterClient& client, const hawkmount::CallOptions& options) {
    auto stream = client.Chat(options);
    ChatRequest request;
    ChatResponse response;
    request.set_line(Text(MayWait(options)));
    for (unsigned i = random_() % 5; i > 0 && stream.Write(request); --i) {
      if (!stream.Read(response)) break;
    }
    if (random_() % 4 == 0) stream.Cancel();
    ledger_.Add("Chat", stream.Finish());
  }

  std::mt19937 random_;
  GreeterClient clients_[2];
  Ledger& ledger_;
};

// `page` is read all the time.
void Storm(
    const BothStyles& served,
    Ledger& ledger,
    const std::function<std::string()>& page) {
  const unsigned seed = std::random_device()();
  std::printf("seed %u\n", seed);
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      Caller caller(served, ledger, seed + t);
      for (int i = 0; i < 400; ++i) caller.CallOnce();
    });
  }
  std::thread scraper([&] {
    for (int i = 0; i < 50; ++i) {
      page();
      std::this_thread::sleep_for(5ms);
    }
  });
  for (std::thread& thread : threads) thread.join();
  scraper.join();
}

hawkmount::AppOptions OnTwoThreads() {
  hawkmount::AppOptions options = Quiet();
  options.event_threads = 2;
  return options;
}

TEST(StormTest, TheBooksBalance) {
  BothStyles served(OnTwoThreads());
  ASSERT_TRUE(served.app().Start().ok());
  Ledger ledger;
  Storm(served, ledger, [&] { return served.app().MetricsText(); });
  CheckTruth(served.app(), ledger);
  EXPECT_TRUE(served.app().Shutdown(5s).ok());
}

// The same of mounts that are counted apart, stopped and started in between.
TEST(StormTest, TheBooksOfARegistryBalance) {
  const auto metrics = std::make_shared<hawkmount::MetricsRegistry>();
  BothStyles served(OnTwoThreads(), metrics);
  Ledger ledger;
  const auto page = [&] { return metrics->Text(); };
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(served.app().Start().ok());
    Storm(served, ledger, page);
    CheckTruth(page, ledger);
    EXPECT_TRUE(served.app().Shutdown(5s).ok());
  }
  CheckTruth(page, ledger);
  CheckTruth(served.app(), Ledger());
}

}  // namespace
}  // namespace e2e
