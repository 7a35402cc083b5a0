// Who may call, how often and how many at a time, with 64 callers at once on
// one server with handlers of both styles: as many calls pass as may, none
// more, and each that does not is counted for what it was refused for.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "handlers.h"
#include "hawkmount/await.h"
#include "hawkmount/interceptors/bearer_auth.h"
#include "hawkmount/interceptors/bulkhead.h"
#include "hawkmount/interceptors/rate_limit.h"
#include "oracle.h"

namespace e2e {
namespace {

using hawkmount::Context;
using hawkmount::Principal;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr size_t kCallers = 64;
constexpr size_t kUsers = 4;
constexpr size_t kPlaces = 2;
// So little that any machine asks for more.
constexpr double kRate = 4;
constexpr double kBurst = 20;

std::chrono::seconds StormTime() {
  const char* seconds = std::getenv("HAWKMOUNT_STORM_SECONDS");
  return std::chrono::seconds(seconds == nullptr ? 2 : std::atoi(seconds));
}

absl::StatusOr<Principal> WhoIs(
    std::string_view token, const hawkmount::Method&) {
  if (!absl::StartsWith(std::string(token), "good-")) {
    return absl::UnauthenticatedError("nobody");
  }
  return Principal{.name = std::string(token.substr(5))};
}

// How many calls are past it at a time. The first ones stay until another was
// refused for want of a place, the others for a moment.
class Inside {
 public:
  explicit Inside(const std::atomic<int64_t>& refused) : refused_(refused) {}

  void Before(Context&) {
    Enter();
    do {
      std::this_thread::sleep_for(1ms);
    } while (refused_ == 0);
  }
  hawkmount::Task BeforeAsync(Context&) {
    Enter();
    bool slept = true;
    do {
      slept = co_await hawkmount::Sleep(1ms);
      EXPECT_TRUE(slept);
    } while (slept && refused_ == 0);
    co_return absl::OkStatus();
  }
  void After(Context&, absl::Status&) { --now_; }

  size_t now() const { return now_; }
  size_t most() const { return most_; }

 private:
  void Enter() {
    const size_t count = ++now_;
    size_t seen = most_;
    while (seen < count && !most_.compare_exchange_weak(seen, count)) {
    }
  }

  const std::atomic<int64_t>& refused_;
  std::atomic<size_t> now_{0};
  std::atomic<size_t> most_{0};
};

// When a call was under way, by its caller's clock.
struct Span {
  steady_clock::time_point begin;
  steady_clock::time_point end;
};

double Seconds(steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

// What the callers of one user saw of its bucket.
struct Taken {
  Span all{steady_clock::time_point::max(), steady_clock::time_point::min()};
  double passed = 0;
  std::vector<Span> refused;

  void Add(const Span& span, bool rated) {
    all.begin = std::min(all.begin, span.begin);
    all.end = std::max(all.end, span.end);
    rated ? refused.push_back(span) : void(++passed);
  }
  void Join(const Taken& other) {
    all.begin = std::min(all.begin, other.all.begin);
    all.end = std::max(all.end, other.all.end);
    passed += other.passed;
    refused.insert(refused.end(), other.refused.begin(), other.refused.end());
  }
};

// Token buckets, by clocks that are read before and after each call.
void CheckArithmetic(Taken& taken) {
  EXPECT_LE(
      taken.passed, kBurst + kRate * Seconds(taken.all.end - taken.all.begin));
  // The bucket was empty at some time in each refused call. From one of those
  // to the next it fills, and loses what is over its burst, if nobody came.
  ASSERT_FALSE(taken.refused.empty());
  std::sort(
      taken.refused.begin(),
      taken.refused.end(),
      [](const Span& a, const Span& b) { return a.begin < b.begin; });
  const Span first = taken.refused.front();
  Span last = first;
  double lost = 0;
  for (const Span& next : taken.refused) {
    if (next.begin < last.end) continue;
    lost += std::max(0.0, kRate * Seconds(next.end - last.begin) - kBurst + 1);
    last = next;
  }
  const double refilled = kRate * Seconds(last.begin - first.end) - 1 - lost;
  EXPECT_GE(taken.passed, kBurst + std::max(0.0, refilled));
}

// What became of calls, by the reasons that their callers were given.
struct Ends {
  std::atomic<int64_t> ok{0};
  std::atomic<int64_t> strangers{0};
  std::atomic<int64_t> rated{0};
  std::atomic<int64_t> full{0};
};

double Rejected(const hawkmount::App& app, const std::string& reason) {
  return Sample(
      app,
      absl::StrCat(
          "hawkapi_grpc_requests_rejected_total{",
          MethodLabel("SayHello"),
          ",reason=\"",
          reason,
          "\"}"));
}

class LimitsStormTest : public testing::Test {
 protected:
  // Calls one after the other until the time is over and all has been seen.
  void CallOn(size_t number) {
    const size_t user = number % kUsers;
    const auto style =
        number / kUsers % 2 == 0 ? hawkmount::kBlocking : hawkmount::kCoroutine;
    const GreeterClient client =
        ClientOf(ports_[style == hawkmount::kBlocking]);
    Taken taken;
    for (int call = 0; !IsOver(); ++call) {
      const bool stranger = call % 7 == 6;
      const std::string token =
          absl::StrCat(stranger ? "Bearer bad-" : "Bearer good-", user);
      Span span{.begin = steady_clock::now(), .end = {}};
      const absl::Status status =
          client
              .SayHello(
                  SayHelloRequest(),
                  {.timeout = 120s, .metadata = {{"authorization", token}}})
              .status();
      span.end = steady_clock::now();
      ledger_.Add("SayHello", status);
      EXPECT_EQ(absl::IsUnauthenticated(status), stranger) << status;
      if (stranger) {
        ++ends_.strangers;
        continue;
      }
      const std::string text(status.message());
      const bool rated = absl::StrContains(text, "rate of calls is used up");
      taken.Add(span, rated);
      if (rated) {
        ++ends_.rated;
      } else if (absl::StrContains(text, "the bulkhead \"db\" is full")) {
        ++ends_.full;
      } else {
        EXPECT_TRUE(status.ok()) << status;
        ++ends_.ok;
      }
    }
    std::lock_guard lock(mutex_);
    taken_[user].Join(taken);
  }

  bool IsOver() const {
    return steady_clock::now() > end_ && ends_.strangers > 0 &&
           ends_.rated > 0 && ends_.full > 0 && ends_.ok > 0;
  }

  steady_clock::time_point end_;
  int ports_[2] = {0, 0};
  Ends ends_;
  Ledger ledger_;
  std::mutex mutex_;
  std::array<Taken, kUsers> taken_;
};

TEST_F(LimitsStormTest, AsManyPassAsMay) {
  hawkmount::RateLimitFor<Principal, &Principal::name> rate(
      {.rate = {.per_second = kRate, .burst = static_cast<uint32_t>(kBurst)}});
  hawkmount::Bulkhead bulkhead({.name = "db", .limit = kPlaces});
  Inside inside(ends_.full);
  BlockingGreeter blocking;
  CoroutineGreeter coroutine;
  hawkmount::AppOptions options = Quiet();
  // Nobody is refused for want of a worker.
  options.max_workers = 2 * kPlaces;
  options.max_queue = kCallers;
  hawkmount::App app(options);
  // Copies are one limiter: the users' rates are of both styles together.
  const hawkmount::BearerAuth auth(WhoIs);
  const hawkmount::MountOptions free{.host = "127.0.0.1", .port = 0};
  auto& coroutines = app.Mount(
      GreeterMount(coroutine, auth, rate, bulkhead, std::ref(inside)), free);
  auto& workers = app.Mount(
      GreeterMount(blocking, auth, rate, bulkhead, std::ref(inside)), free);
  ASSERT_TRUE(app.Start().ok());
  ports_[0] = coroutines.port();
  ports_[1] = workers.port();
  end_ = steady_clock::now() + StormTime();

  std::vector<std::thread> threads;
  for (size_t i = 0; i < kCallers; ++i) {
    threads.emplace_back([this, i] { CallOn(i); });
  }
  for (std::thread& thread : threads) thread.join();

  for (Taken& taken : taken_) CheckArithmetic(taken);
  EXPECT_EQ(rate.buckets(), kUsers);
  EXPECT_EQ(inside.most(), kPlaces);
  EXPECT_EQ(inside.now(), 0u);
  EXPECT_EQ(bulkhead.in_flight(), 0u);
  CheckTruth(app, ledger_, {"SayHello"});
  EXPECT_TRUE(app.Shutdown(10s).ok());
  EXPECT_EQ(Rejected(app, "interceptor"), ends_.strangers);
  EXPECT_EQ(Rejected(app, "rate_limited"), ends_.rated);
  EXPECT_EQ(Rejected(app, "overloaded"), ends_.full);
  EXPECT_EQ(Rejected(app, "queue_full"), 0);
  RecordProperty("passed", static_cast<int>(ends_.ok));
}

}  // namespace
}  // namespace e2e
