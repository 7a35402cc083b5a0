// At its method's timeout a call is answered, whatever its handler does, and
// the books say so.

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "handlers.h"
#include "limited.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::CallOptions;

const CallOptions kPatience{.timeout = 120s};

// All methods of the service by their paths.
std::vector<std::string> Paths() {
  std::vector<std::string> paths;
  for (const std::string& method : kTimedMethods) {
    paths.push_back(LimitedPath(method));
  }
  paths.push_back(LimitedPath("Patient"));
  paths.push_back(LimitedPath("Untimed"));
  return paths;
}

double SumOf(
    const hawkmount::App& app,
    const std::string& name,
    const std::string& labels = "") {
  double sum = 0;
  for (const std::string& method : kTimedMethods) {
    sum += Sample(app, LimitedSeries(name, method, labels));
  }
  return sum;
}

void ExpectSumSoon(
    const hawkmount::App& app, const std::string& name, double value) {
  for (int i = 0; i < 6000 && SumOf(app, name) != value; ++i) {
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_EQ(SumOf(app, name), value) << name;
}

// An app that serves one handler.
template <class Handler>
class TimeoutsTest : public testing::Test {
 protected:
  explicit TimeoutsTest(hawkmount::AppOptions options = Quiet())
      : app_([&] {
          options.event_threads = 2;
          return options;
        }()),
        mount_(app_.Mount(
            LimitedMount(handler_), {.host = "127.0.0.1", .port = 0})) {}
  void SetUp() override { ASSERT_TRUE(app_.Start().ok()); }

  LimitedClient Client() { return LimitedClientOf(mount_.port()); }

  absl::Status Call(
      const std::string& method,
      const std::string& text,
      const CallOptions& options = kPatience) {
    const absl::Status status = CallLimited(Client(), method, text, options);
    ledger_.Add(LimitedPath(method), status);
    return status;
  }

  // Makes calls of all four kinds at a time; the server ends each of them.
  int CallAllKinds(const std::string& text) {
    std::vector<std::thread> threads;
    for (const std::string& method : kTimedMethods) {
      threads.emplace_back([this, &method, &text] {
        const absl::Status status = Call(method, text);
        EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded)
            << method << ": " << status;
        EXPECT_NE(
            status.message().find("timeout of its method"), std::string::npos)
            << status;
      });
    }
    for (std::thread& thread : threads) thread.join();
    return static_cast<int>(threads.size());
  }

  // Calls whose timeout was over before a worker took them: on a slow machine
  // there may be some.
  double Queued() const {
    return SumOf(
        app_, "requests_rejected_total", "reason=\"expired_in_queue\"");
  }

  Handler handler_;
  hawkmount::App app_;
  hawkmount::MountHandle& mount_;
  Ledger ledger_;
};

using Handlers = testing::Types<BlockingLimited, CoroutineLimited>;
TYPED_TEST_SUITE(TimeoutsTest, Handlers);

// H39.
TYPED_TEST(TimeoutsTest, AHandlerThatComesLate) {
  const int calls = this->CallAllKinds("late");
  CheckTruth(this->app_, this->ledger_, Paths());
  ExpectSumSoon(this->app_, "late_results_total", calls - this->Queued());
  EXPECT_EQ(SumOf(this->app_, "timeouts_total"), calls);
  EXPECT_EQ(
      SumOf(this->app_, "requests_total", "code=\"DEADLINE_EXCEEDED\""), calls);
  EXPECT_EQ(SumOf(this->app_, "exceptions_total"), 0);
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

TYPED_TEST(TimeoutsTest, AHandlerThatThrowsLate) {
  const int calls = this->CallAllKinds("throw");
  CheckTruth(this->app_, this->ledger_, Paths());
  ExpectSumSoon(this->app_, "late_results_total", calls - this->Queued());
  // Each is counted after its late result.
  ExpectSumSoon(
      this->app_, "exceptions_total", this->handler_.running.thrown());
  EXPECT_EQ(
      SumOf(this->app_, "requests_total", "code=\"DEADLINE_EXCEEDED\""), calls);
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

TYPED_TEST(TimeoutsTest, AHandlerThatStreamsOn) {
  int calls = 0;
  for (const std::string& method : kTimedMethods) {
    if (method == "Timed") continue;
    const absl::Status status = this->Call(method, "stream");
    EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
    ++calls;
  }
  CheckTruth(this->app_, this->ledger_, Paths());
  ExpectSumSoon(this->app_, "late_results_total", calls - this->Queued());
  EXPECT_EQ(SumOf(this->app_, "timeouts_total"), calls);
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

// The handlers stay at the gate: their callers have their answers, and the
// books are closed, before it is opened.
TYPED_TEST(TimeoutsTest, AHandlerThatIsStuck) {
  int calls = 0;
  // A call whose timeout is over before a worker takes it does not get there.
  while (this->handler_.gate.entered() < 4) {
    calls += this->CallAllKinds("stuck");
  }
  ExpectSumSoon(this->app_, "requests_in_flight", 0);
  EXPECT_EQ(
      SumOf(this->app_, "requests_total", "code=\"DEADLINE_EXCEEDED\""), calls);
  EXPECT_EQ(SumOf(this->app_, "timeouts_total"), calls);
  CheckTruth(this->app_, this->ledger_, Paths());
  EXPECT_GE(this->handler_.running.now(), 4);
  // Others are served meanwhile.
  EXPECT_TRUE(this->Call("Patient", "").ok());

  this->handler_.gate.Open();
  ExpectSumSoon(this->app_, "late_results_total", calls - this->Queued());
  CheckTruth(this->app_, this->ledger_, Paths());
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

// A stop names those that are left behind, as it does with all stuck handlers.
TYPED_TEST(TimeoutsTest, AShutdownWhileHandlersAreStuck) {
  while (this->handler_.gate.entered() < 4) this->CallAllKinds("stuck");
  const absl::Status stopped = this->app_.Shutdown(50ms);
  EXPECT_EQ(stopped.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_NE(stopped.message().find("past its timeout"), std::string::npos)
      << stopped;
  CheckTruth(this->app_, this->ledger_, Paths());
  this->handler_.gate.Open();
  EXPECT_TRUE(AreGone("hawkmount-left"));
  CheckTruth(this->app_, this->ledger_, Paths());
}

TYPED_TEST(TimeoutsTest, ACallersEarlierDeadlineStays) {
  // Until one gets to its handler in time.
  while (this->handler_.running.begun() == 0) {
    const absl::Status status =
        this->Call("Patient", "late", {.timeout = 200ms});
    EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_EQ(status.message().find("its method"), std::string::npos);
  }
  CheckTruth(this->app_, this->ledger_, Paths());
  EXPECT_EQ(Sample(this->app_, LimitedSeries("timeouts_total", "Patient")), 0);
  EXPECT_EQ(
      Sample(this->app_, LimitedSeries("late_results_total", "Patient")),
      this->handler_.running.begun());
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

TYPED_TEST(TimeoutsTest, TheContextTellsTheEarlierDeadline) {
  Ping request;
  request.set_text("deadline");
  const LimitedClient client = this->Client();
  const auto seconds = [](const absl::StatusOr<Ping>& response) {
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? std::stod(response->text()) : 0;
  };
  EXPECT_EQ(client.Untimed(request)->text(), "none");
  EXPECT_LE(seconds(client.Untimed(request, {.timeout = 1000s})), 1010);
  EXPECT_LE(seconds(client.Patient(request)), 5400);
  EXPECT_GT(seconds(client.Patient(request)), 2000);
  EXPECT_LE(seconds(client.Patient(request, {.timeout = 1000s})), 1010);
  EXPECT_GT(seconds(client.Patient(request, {.timeout = 1000s})), 100);
  EXPECT_LE(seconds(client.Patient(request, {.timeout = 100000s})), 5400);
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

TYPED_TEST(TimeoutsTest, WithoutATimeoutACallTakesItsTime) {
  const auto start = std::chrono::steady_clock::now();
  const absl::Status status = this->Call("Untimed", "late", {.timeout = 1s});
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 900ms);
  CheckTruth(this->app_, this->ledger_, Paths());
  EXPECT_EQ(Sample(this->app_, LimitedSeries("timeouts_total", "Untimed")), 0);
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

// Timeouts, deadlines, cancels and answers all at the same time.
TYPED_TEST(TimeoutsTest, Storm) {
  const unsigned seed = std::random_device()();
  std::printf("seed %u\n", seed);
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 12; ++t) {
    threads.emplace_back([this, seed, t] {
      static const char* const kTexts[] = {
          "", "yield", "late", "throw", "stream"};
      std::mt19937 random(seed + t);
      const LimitedClient client = this->Client();
      for (int i = 0; i < 40; ++i) {
        const std::string& method = kTimedMethods[random() % 4];
        const char* text = kTexts[random() % (method == "Timed" ? 4 : 5)];
        // Many of them right at the timeout.
        const CallOptions options{
            .timeout = random() % 2 == 0
                           ? std::chrono::milliseconds(150 + random() % 150)
                           : std::chrono::milliseconds(120s)};
        this->ledger_.Add(
            LimitedPath(method),
            CallLimited(client, method, text, options, random() % 8 == 0));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CheckTruth(this->app_, this->ledger_, Paths());
  EXPECT_GT(SumOf(this->app_, "timeouts_total"), 0);
  EXPECT_TRUE(this->app_.Shutdown(30s).ok());
  EXPECT_LE(
      SumOf(this->app_, "late_results_total"),
      SumOf(this->app_, "requests_total", "code=\"DEADLINE_EXCEEDED\""));
  EXPECT_EQ(this->handler_.running.now(), 0);
}

// The record of the answer is written when the caller is answered, and once.
TEST(TimeoutLogTest, OneRecordAtTheAnswer) {
  BlockingLimited handler;
  std::shared_ptr<std::vector<std::string>> lines;
  hawkmount::AppOptions options;
  options.logger = KeepLines(lines);
  hawkmount::App app(options);
  auto& mount =
      app.Mount(LimitedMount(handler), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const LimitedClient client = LimitedClientOf(mount.port());
  int calls = 0;
  // Until a call gets to its handler in time.
  const auto call = [&](const std::string& text) {
    const int before = handler.running.begun();
    while (handler.running.begun() == before) {
      Ping request;
      request.set_text(text);
      CallOptions with_id = kPatience;
      with_id.request_id = "id-of-" + text;
      EXPECT_FALSE(client.Timed(request, with_id).ok());
      ++calls;
    }
  };
  call("throw");
  call("late");
  EXPECT_TRUE(app.Shutdown(30s).ok());
  const auto count = [&](const std::string& a, const std::string& b) {
    return std::count_if(
        lines->begin(), lines->end(), [&](const std::string& line) {
          return line.find(a) != line.npos && line.find(b) != line.npos;
        });
  };
  EXPECT_EQ(count("grpc.request", "id-of-"), calls);
  EXPECT_EQ(count("grpc.response", "id-of-"), calls);
  EXPECT_EQ(count("grpc.response", "DEADLINE_EXCEEDED"), calls);
  EXPECT_GE(count("grpc.response", "timeout of its method"), 2);
  EXPECT_GE(handler.running.thrown(), 1);
  EXPECT_EQ(
      count("threw std::runtime_error (", "id-of-throw"),
      handler.running.thrown());
}

}  // namespace
}  // namespace e2e
