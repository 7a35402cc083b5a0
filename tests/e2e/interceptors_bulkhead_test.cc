// Bulkheads (H80): as many calls as may, and the others wait in their order,
// for as long as they may and anybody wants their answer.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "hawkmount/error_details.h"
#include "hawkmount/interceptors/bulkhead.h"
#include "limited.h"
#include "oracle.h"

namespace e2e {
namespace {

using hawkmount::Bulkhead;
using hawkmount::CallOptions;
using hawkmount::Context;
using namespace std::chrono_literals;

const CallOptions kPatience{.timeout = 120s};

// Notes the texts of requests as they get past it.
class Noting {
 public:
  void OnReceive(Context&, const Ping& request) {
    std::lock_guard lock(mutex_);
    texts_.push_back(request.text());
  }
  std::vector<std::string> texts() const {
    std::lock_guard lock(mutex_);
    return texts_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> texts_;
};

std::string Overloaded() {
  return LimitedSeries(
      "requests_rejected_total", "Untimed", "reason=\"overloaded\"");
}

void Until(const std::function<bool()>& what) {
  for (int i = 0; i < 6000 && !what(); ++i) std::this_thread::sleep_for(5ms);
  EXPECT_TRUE(what());
}

template <class Handler>
class BulkheadTest : public testing::Test {
 protected:
  template <class... Interceptors>
  void Serve(Interceptors... interceptors) {
    mount_ = &app_.Mount(
        LimitedMount(handler_, interceptors...),
        {.host = "127.0.0.1", .port = 0});
    ASSERT_TRUE(app_.Start().ok());
  }
  LimitedClient Client() { return LimitedClientOf(mount_->port()); }
  absl::Status Call(
      const LimitedClient& client,
      const std::string& text,
      const CallOptions& options = kPatience) {
    const absl::Status status = CallLimited(client, "Untimed", text, options);
    ledger_.Add(LimitedPath("Untimed"), status);
    return status;
  }
  void End() {
    CheckTruth(app_, ledger_, {LimitedPath("Untimed")});
    EXPECT_TRUE(app_.Shutdown(5s).ok());
  }

  Handler handler_;
  hawkmount::App app_{Quiet()};
  hawkmount::MountHandle* mount_ = nullptr;
  Ledger ledger_;
};

using Handlers = testing::Types<BlockingLimited, CoroutineLimited>;
TYPED_TEST_SUITE(BulkheadTest, Handlers);

TYPED_TEST(BulkheadTest, WithoutAWaitTheOthersAreRefused) {
  Bulkhead bulkhead({.name = "db", .limit = 4});
  this->Serve(bulkhead);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, client = this->Client()] {
      EXPECT_TRUE(this->Call(client, "stuck").ok());
    });
  }
  this->handler_.gate.WaitForEntered(4);
  EXPECT_EQ(bulkhead.in_flight(), 4u);
  const absl::Status refused = this->Call(this->Client(), "");
  EXPECT_EQ(
      refused.message(),
      "the bulkhead \"db\" is full: 4 calls are under way, and none ended "
      "within 0");
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(hawkmount::RetryInfoOf(refused).value().delay, 1s);
  ExpectSoon(this->app_, Overloaded(), 1);
  this->handler_.gate.Open();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(bulkhead.in_flight(), 0u);
  this->End();
}

TYPED_TEST(BulkheadTest, AWaitEnds) {
  Bulkhead bulkhead({.name = "db", .limit = 1, .max_wait = 30ms});
  this->Serve(bulkhead);
  std::thread holder(
      [&] { EXPECT_TRUE(this->Call(this->Client(), "stuck").ok()); });
  this->handler_.gate.WaitForEntered(1);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(absl::IsResourceExhausted(this->Call(this->Client(), "")));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 30ms);
  EXPECT_EQ(bulkhead.waiting(), 0u);
  this->handler_.gate.Open();
  holder.join();
  this->End();
}

// Who waits longest is next.
TYPED_TEST(BulkheadTest, PlacesGoByTheOrderOfArrival) {
  Bulkhead bulkhead({.name = "db", .limit = 1, .max_wait = 100s});
  Noting noting;
  this->Serve(bulkhead, std::ref(noting));
  std::vector<std::thread> threads;
  threads.emplace_back(
      [&] { EXPECT_TRUE(this->Call(this->Client(), "stuck").ok()); });
  this->handler_.gate.WaitForEntered(1);
  std::vector<std::string> expected{"stuck"};
  for (size_t i = 0; i < 10; ++i) {
    expected.push_back(std::to_string(i));
    threads.emplace_back([&, text = expected.back()] {
      EXPECT_TRUE(this->Call(this->Client(), text).ok());
    });
    Until([&] { return bulkhead.waiting() == i + 1; });
  }
  this->handler_.gate.Open();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(noting.texts(), expected);
  this->End();
}

// The permit is back when the answer is there.
TYPED_TEST(BulkheadTest, AnAnswerGivesItsPlaceBack) {
  Bulkhead bulkhead({.name = "db", .limit = 4});
  this->Serve(bulkhead);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, client = this->Client()] {
      for (int call = 0; call < 200; ++call) {
        const absl::Status status =
            this->Call(client, call % 3 == 0 ? "yield" : "");
        EXPECT_TRUE(status.ok()) << status;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  this->End();
}

// H-B22: a call that is given up in its place does not keep it.
TYPED_TEST(BulkheadTest, Storm) {
  Bulkhead bulkhead({.name = "db", .limit = 5, .max_wait = 100s});
  this->Serve(bulkhead);
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&, i, client = this->Client()] {
      for (int call = 0; call < 40; ++call) {
        // Some give up while they wait, or while they have a place.
        const bool hasty = (i + call) % 5 == 0;
        const absl::Status status =
            this->Call(client, "yield", {.timeout = hasty ? 5ms : 100'000ms});
        EXPECT_TRUE(hasty || status.ok()) << status;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(this->handler_.running.most(), 5);
  Until([&] { return bulkhead.in_flight() == 0; });
  EXPECT_EQ(bulkhead.waiting(), 0u);
  this->End();
}

TYPED_TEST(BulkheadTest, WhoGivesUpWaitsNoMore) {
  Bulkhead bulkhead({.name = "db", .limit = 1, .max_wait = 100s});
  this->Serve(bulkhead);
  std::thread holder(
      [&] { EXPECT_TRUE(this->Call(this->Client(), "stuck").ok()); });
  this->handler_.gate.WaitForEntered(1);
  // A deadline.
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      this->Call(this->Client(), "", {.timeout = 100ms})));
  Until([&] { return bulkhead.waiting() == 0; });
  // A cancel, of a call that is seen to wait before its method's timeout ends
  // it by itself.
  const LimitedClient client = this->Client();
  for (bool waited = false; !waited;) {
    Ping request;
    request.set_text("late");
    auto stream = client.TimedDown(request, kPatience);
    const auto end = std::chrono::steady_clock::now() + 200ms;
    while (!waited && std::chrono::steady_clock::now() < end) {
      waited = bulkhead.waiting() == 1;
    }
    stream.Cancel();
    EXPECT_FALSE(stream.Finish().ok());
    Until([&] { return bulkhead.waiting() == 0; });
  }
  Until([&] { return bulkhead.waiting() == 0; });
  EXPECT_EQ(bulkhead.in_flight(), 1u);
  this->handler_.gate.Open();
  holder.join();
  EXPECT_EQ(this->handler_.running.begun(), 1);
  EXPECT_TRUE(this->Call(client, "").ok());
  this->End();
}

TYPED_TEST(BulkheadTest, ADrainWakesThem) {
  Bulkhead bulkhead({.name = "db", .limit = 1, .max_wait = 100s});
  this->Serve(bulkhead);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(
        [&] { EXPECT_FALSE(this->Call(this->Client(), "late").ok()); });
  }
  Until([&] { return bulkhead.waiting() == 7; });
  EXPECT_TRUE(this->app_.Shutdown(100ms).ok());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(bulkhead.waiting(), 0u);
  EXPECT_EQ(bulkhead.in_flight(), 0u);
}

TYPED_TEST(BulkheadTest, SeveralInOneChain) {
  Bulkhead outer({.name = "all", .limit = 2});
  Bulkhead inner({.name = "db", .limit = 1});
  this->Serve(outer, inner);
  std::thread holder(
      [&] { EXPECT_TRUE(this->Call(this->Client(), "stuck").ok()); });
  this->handler_.gate.WaitForEntered(1);
  EXPECT_EQ(outer.in_flight(), 1u);
  EXPECT_EQ(inner.in_flight(), 1u);
  const absl::Status refused = this->Call(this->Client(), "");
  EXPECT_NE(refused.message().find("\"db\""), std::string::npos) << refused;
  EXPECT_EQ(outer.in_flight(), 1u);
  this->handler_.gate.Open();
  holder.join();
  // What is thrown gives places back, too.
  EXPECT_FALSE(this->Call(this->Client(), "throw", {.timeout = 50ms}).ok());
  Until([&] { return outer.in_flight() == 0 && inner.in_flight() == 0; });
  this->End();
}

}  // namespace
}  // namespace e2e
