// Faults that a test arms and disarms while calls are served, in all kinds and
// both styles.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "handlers.h"
#include "hawkmount/testing.h"
#include "kit_messages.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::Method;
using hawkmount::testing::FaultOptions;
using hawkmount::testing::FaultPlace;
using hawkmount::testing::FaultPoint;
using hawkmount::testing::FaultPoints;
using hawkmount::testing::ManualClock;
using hawkmount::testing::MetricsSnapshot;
using hawkmount::testing::TestContext;
using hawkmount::testing::TestServer;
using hawkmount::testing::TestTask;
using Methods = GreeterMethods;

const absl::Status kTorn = absl::UnavailableError("torn");

constexpr FaultPlace kPlaces[] = {
    FaultPlace::kStart,
    FaultPlace::kReceive,
    FaultPlace::kSend,
    FaultPlace::kEnd};
constexpr const Method* kMethods[] = {
    &Methods::kSayHello, &Methods::kCount, &Methods::kCollect, &Methods::kChat};

// How a call of a method ends that has `messages` in each of its streams, and
// how many responses there were before.
struct Outcome {
  absl::Status status;
  int responses = 0;
};

Outcome Call(const GreeterClient& client, const Method* method, int messages) {
  Outcome outcome;
  if (method == &Methods::kSayHello) {
    const auto answer = client.SayHello(Named("Ada"), {.timeout = 60s});
    outcome = {answer.status(), answer.ok()};
  } else if (method == &Methods::kCount) {
    auto stream =
        client.Count(UpTo(static_cast<uint32_t>(messages)), {.timeout = 60s});
    for (CountResponse number; stream.Read(number);) ++outcome.responses;
    outcome.status = stream.Finish();
  } else if (method == &Methods::kCollect) {
    auto stream = client.Collect({.timeout = 60s});
    for (int i = 0; i < messages && stream.Write(Name("a")); ++i) continue;
    const auto answer = stream.Finish();
    outcome = {answer.status(), answer.ok()};
  } else {
    auto stream = client.Chat({.timeout = 60s});
    ChatResponse line;
    for (int i = 0; i < messages; ++i) {
      if (!stream.Write(Line("a")) || !stream.Read(line)) break;
      ++outcome.responses;
    }
    outcome.status = stream.Finish();
  }
  return outcome;
}

template <class Handler>
class FaultPointsTest : public ::testing::Test {
 protected:
  Outcome Call(const Method* method, int messages = 3) {
    return e2e::Call(client, method, messages);
  }
  absl::Status Hello() { return Call(&Methods::kSayHello).status; }

  Handler handler;
  FaultPoints faults;
  TestServer server{GreeterMount(handler, faults)};
  GreeterClient client{server.channel()};
};

using Handlers = ::testing::Types<BlockingGreeter, CoroutineGreeter>;
TYPED_TEST_SUITE(FaultPointsTest, Handlers);

TYPED_TEST(FaultPointsTest, AStatusEndsCallsAtEveryPlace) {
  for (const Method* method : kMethods) {
    for (const FaultPlace place : kPlaces) {
      SCOPED_TRACE(std::string(method->path) + std::to_string(int(place)));
      FaultPoint point =
          this->faults.Arm({.place = place, .method = method, .status = kTorn});
      EXPECT_EQ(this->Call(method).status, kTorn);
      EXPECT_EQ(point.hit(), 1);
      for (const Method* other : kMethods) {
        if (other == method) continue;
        EXPECT_TRUE(this->Call(other).status.ok());
      }
      point.Disarm();
      EXPECT_TRUE(this->Call(method).status.ok());
      EXPECT_EQ(point.hit(), 1);
    }
  }
}

TYPED_TEST(FaultPointsTest, AnExceptionIsWhatAHandlersIsAtEveryPlace) {
  const MetricsSnapshot before(this->server.app());
  for (const Method* method : kMethods) {
    for (const FaultPlace place : kPlaces) {
      SCOPED_TRACE(std::string(method->path) + std::to_string(int(place)));
      this->faults.Arm(
          {.place = place, .method = method, .times = 1, .exception = [] {
             throw std::runtime_error("secret");
           }});
      const absl::Status status = this->Call(method).status;
      EXPECT_EQ(status.code(), absl::StatusCode::kUnknown);
      EXPECT_EQ(status.message().find("secret"), absl::string_view::npos);
      EXPECT_TRUE(this->Call(method).status.ok());
    }
    const auto seen = MetricsSnapshot::Settled(this->server.app()) - before;
    EXPECT_EQ(seen.Exceptions(*method), 4) << method->path;
  }
}

TYPED_TEST(FaultPointsTest, OneMessageOfAStreamIsTorn) {
  FaultPoint sent = this->faults.Arm(
      {.place = FaultPlace::kSend, .message = 3, .status = kTorn});
  for (const Method* method : {&Methods::kCount, &Methods::kChat}) {
    const Outcome whole = this->Call(method, 2);
    EXPECT_TRUE(whole.status.ok());
    EXPECT_EQ(whole.responses, 2);
    const Outcome torn = this->Call(method, 5);
    EXPECT_EQ(torn.status, kTorn);
    EXPECT_EQ(torn.responses, 2);
  }
  EXPECT_EQ(sent.hit(), 2);
  sent.Disarm();
  FaultPoint received = this->faults.Arm(
      {.place = FaultPlace::kReceive, .message = 2, .status = kTorn});
  for (const Method* method : {&Methods::kCollect, &Methods::kChat}) {
    EXPECT_TRUE(this->Call(method, 1).status.ok());
    EXPECT_EQ(this->Call(method, 5).status, kTorn);
  }
  EXPECT_EQ(received.passed(), 2);
  EXPECT_EQ(received.hit(), 2);
}

TYPED_TEST(FaultPointsTest, WithoutAFaultPassagesAreCounted) {
  const FaultPoint read = this->faults.Arm({.place = FaultPlace::kReceive});
  const FaultPoint written = this->faults.Arm(
      {.place = FaultPlace::kSend, .method = &Methods::kCount});
  const FaultPoint never = this->faults.Arm({.times = 0, .status = kTorn});
  for (const Method* method : kMethods) {
    EXPECT_TRUE(this->Call(method, 3).status.ok());
  }
  EXPECT_EQ(read.passed(), 1 + 1 + 3 + 3);
  EXPECT_EQ(written.passed(), 3);
  EXPECT_EQ(never.passed(), 4);
  EXPECT_EQ(never.hit(), 0);
}

TYPED_TEST(FaultPointsTest, OneAfterTheOther) {
  const FaultPoint first = this->faults.Arm({.times = 2, .status = kTorn});
  const FaultPoint second =
      this->faults.Arm({.status = absl::AbortedError("second")});
  EXPECT_EQ(this->Hello(), kTorn);
  EXPECT_EQ(this->Hello(), kTorn);
  EXPECT_EQ(this->Hello(), absl::AbortedError("second"));
  EXPECT_EQ(first.passed(), 3);
  EXPECT_EQ(second.passed(), 3);
  EXPECT_EQ(second.hit(), 1);
  this->faults.DisarmAll();
  EXPECT_TRUE(this->Hello().ok());
  EXPECT_EQ(first.passed(), 3);
}

TYPED_TEST(FaultPointsTest, TheSameSeedIsTheSameDice) {
  const auto failures = [this](uint64_t seed) {
    FaultPoint point =
        this->faults.Arm({.probability = 0.5, .seed = seed, .status = kTorn});
    std::vector<bool> failed;
    for (int i = 0; i < 40; ++i) failed.push_back(!this->Hello().ok());
    point.Disarm();
    return failed;
  };
  const std::vector<bool> first = failures(1);
  EXPECT_EQ(failures(1), first);
  EXPECT_NE(failures(2), first);
  EXPECT_NE(first, std::vector<bool>(40, true));
  EXPECT_NE(first, std::vector<bool>(40, false));
}

TYPED_TEST(FaultPointsTest, ADelayIsWaitedFor) {
  for (const FaultPlace place : kPlaces) {
    this->faults.Arm({.place = place, .times = 1, .delay = 20ms});
    const auto start = std::chrono::steady_clock::now();
    EXPECT_TRUE(this->Hello().ok());
    EXPECT_GE(std::chrono::steady_clock::now() - start, 20ms);
  }
}

TYPED_TEST(FaultPointsTest, ADelayEndsWithItsCall) {
  for (const FaultPlace place : kPlaces) {
    // It would hold the thread that hears of the end.
    const bool holds = std::is_same_v<TypeParam, CoroutineGreeter>;
    if (holds && place != FaultPlace::kStart) continue;
    const FaultPoint point =
        this->faults.Arm({.place = place, .times = 1, .delay = 1h});
    EXPECT_EQ(
        this->client.SayHello(Named("Ada"), {.timeout = 200ms}).status().code(),
        absl::StatusCode::kDeadlineExceeded);
    // Which waits until nothing is in flight.
    MetricsSnapshot::Settled(this->server.app());
    EXPECT_EQ(point.hit(), 1);
  }
}

TYPED_TEST(FaultPointsTest, AreArmedWhileCallsAreServed) {
  std::atomic<uint64_t> failed{0};
  uint64_t hit = 0;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) failed += !this->Hello().ok();
      });
    }
    for (int i = 0; i < 50; ++i) {
      FaultPoint point = this->faults.Arm({.times = 2, .status = kTorn});
      while (point.hit() < 2) std::this_thread::yield();
      point.Disarm();
      hit += point.hit();
    }
  }
  EXPECT_EQ(hit, 100);
  EXPECT_EQ(failed, hit);
}

// A chain is a handler, and needs no network either.
TEST(FaultPointsAloneTest, ACoroutineWaitsToTheNanosecond) {
  CoroutineGreeter handler;
  FaultPoints faults;
  GreeterChain<FaultPoints> chain(handler, faults);
  const FaultPoint late = faults.Arm({.delay = 5s, .status = kTorn});
  ManualClock clock;
  TestContext<GreeterHandler::SayHelloContext> context;
  const SayHelloRequest request = Named("Ada");
  SayHelloResponse response;
  TestTask task(
      clock, context, chain.SayHelloAsync(context, request, response));
  clock.Advance(5s - 1ns);
  EXPECT_FALSE(task.done());
  clock.Advance(1ns);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.Result(), kTorn);
}

TEST(FaultPointsAloneTest, RefusesWhatCanNeverBe) {
  FaultPoints faults;
  for (const FaultOptions& options :
       {FaultOptions{.message = 1},
        FaultOptions{.place = FaultPlace::kEnd, .message = 1},
        FaultOptions{.place = FaultPlace::kSend, .message = 0},
        FaultOptions{.probability = 1.5},
        FaultOptions{.probability = -1}}) {
    EXPECT_THROW(faults.Arm(options), std::invalid_argument);
  }
}

}  // namespace
}  // namespace e2e
