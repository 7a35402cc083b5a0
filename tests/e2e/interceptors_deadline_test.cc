// Deadlines that callers must set, and those that the server sets for them, as
// handlers and interceptors are told of them, in both styles.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

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
using std::chrono::system_clock;

template <class Handler>
class DeadlineTest : public testing::Test {
 protected:
  template <class... Interceptors>
  void Serve(Interceptors... interceptors) {
    Serve(hawkmount::MountOptions(), std::move(interceptors)...);
  }
  template <class... Interceptors>
  void Serve(hawkmount::MountOptions options, Interceptors... interceptors) {
    options.host = "127.0.0.1";
    options.port = 0;
    mount_ = &app_.Mount(LimitedMount(handler_, interceptors...), options);
    ASSERT_TRUE(app_.Start().ok());
  }
  absl::Status Call(const CallOptions& options) {
    const absl::Status status =
        CallLimited(LimitedClientOf(mount_->port()), "Untimed", "", options);
    ledger_.Add(LimitedPath("Untimed"), status);
    return status;
  }
  // How many seconds a handler is told that it has: -1 if there is no end.
  double Seconds(const std::string& method, const CallOptions& options = {}) {
    Ping request;
    request.set_text("deadline");
    const LimitedClient client = LimitedClientOf(mount_->port());
    const auto answer = method == "Patient" ? client.Patient(request, options)
                                            : client.Untimed(request, options);
    ledger_.Add(LimitedPath(method), answer.status());
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (!answer.ok()) return 0;
    return answer->text() == "none" ? -1 : std::stod(answer->text());
  }
  void ExpectSeconds(double seconds, double most) {
    EXPECT_LE(seconds, most);
    EXPECT_GT(seconds, most - 600);
  }
  void End() {
    CheckTruth(app_, ledger_, {LimitedPath("Untimed"), LimitedPath("Patient")});
    EXPECT_TRUE(app_.Shutdown(5s).ok());
  }

  Handler handler_;
  hawkmount::App app_{Quiet()};
  hawkmount::MountHandle* mount_ = nullptr;
  Ledger ledger_;
};

using Handlers = testing::Types<BlockingLimited, CoroutineLimited>;
TYPED_TEST_SUITE(DeadlineTest, Handlers);

TYPED_TEST(DeadlineTest, ACallWithTooLittleTimeIsNotBegun) {
  // Half a minute later than it is.
  this->Serve(DeadlinePolicy({.minimum_left = 10s, .clock = [] {
                                return system_clock::now() + 30s;
                              }}));
  EXPECT_TRUE(this->Call({.timeout = 100s}).ok());
  EXPECT_TRUE(this->Call({}).ok());
  EXPECT_EQ(this->handler_.running.begun(), 2);
  const absl::Status status = this->Call({.timeout = 35s});
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  const std::string message(status.message());
  EXPECT_TRUE(message.starts_with("the call has ")) << message;
  EXPECT_TRUE(message.ends_with(" left, less than the 10s that it needs"));
  EXPECT_EQ(
      this->Call({.timeout = 20s}).message(),
      "the call has 0 left, less than the 10s that it needs");
  EXPECT_EQ(this->handler_.running.begun(), 2);
  this->End();
}

TYPED_TEST(DeadlineTest, ADeadlineMayBeRequired) {
  this->Serve(DeadlinePolicy({.default_deadline = 1h, .required = true}));
  EXPECT_TRUE(this->Call({.timeout = 60s}).ok());
  EXPECT_EQ(
      this->Call({}),
      absl::InvalidArgumentError("the call has no deadline: set one"));
  EXPECT_EQ(this->handler_.running.begun(), 1);
  this->End();
}

TYPED_TEST(DeadlineTest, TheDefaultIsForCallsWithoutOne) {
  this->Serve(DeadlinePolicy({.default_deadline = 2000s}));
  this->ExpectSeconds(this->Seconds("Untimed"), 2000);
  this->ExpectSeconds(this->Seconds("Untimed", {.timeout = 1000s}), 1010);
  this->ExpectSeconds(this->Seconds("Untimed", {.timeout = 4000s}), 4040);
  // Its timeout in the schema is one.
  this->ExpectSeconds(this->Seconds("Patient"), 5400);
  this->End();
}

TYPED_TEST(DeadlineTest, TheMaximumIsForAll) {
  this->Serve(DeadlinePolicy({.default_deadline = 4000s, .maximum = 2000s}));
  this->ExpectSeconds(this->Seconds("Untimed"), 2000);
  this->ExpectSeconds(this->Seconds("Untimed", {.timeout = 1000s}), 1010);
  this->ExpectSeconds(this->Seconds("Untimed", {.timeout = 4000s}), 2000);
  this->ExpectSeconds(this->Seconds("Patient"), 2000);
  this->ExpectSeconds(this->Seconds("Patient", {.timeout = 1000s}), 1010);
  this->End();
}

TYPED_TEST(DeadlineTest, TheMaximumAloneIsADefault) {
  this->Serve(DeadlinePolicy({.maximum = 2000s}));
  this->ExpectSeconds(this->Seconds("Untimed"), 2000);
  this->End();
}

// What a call is given here is no reason to refuse it.
TYPED_TEST(DeadlineTest, TheMinimumIsAskedOfCallersAlone) {
  this->Serve(
      DeadlinePolicy({.maximum = 2000s, .minimum_left = 3000s}),
      DeadlinePolicy({}));
  this->ExpectSeconds(this->Seconds("Untimed", {.timeout = 4000s}), 2000);
  this->ExpectSeconds(this->Seconds("Untimed"), 2000);
  EXPECT_TRUE(absl::IsDeadlineExceeded(this->Call({.timeout = 1000s})));
  this->End();
}

TYPED_TEST(DeadlineTest, WithoutOptionsItDoesNothing) {
  this->Serve(DeadlinePolicy(
      {.default_deadline = -1s, .maximum = -1s, .minimum_left = -1s}));
  EXPECT_EQ(this->Seconds("Untimed"), -1);
  this->ExpectSeconds(this->Seconds("Patient"), 5400);
  this->End();
}

// Notes what it is told.
struct Noting {
  void Before(Context& context) {
    *left =
        std::chrono::duration<double>(context.deadline() - system_clock::now())
            .count();
  }
  std::shared_ptr<std::atomic<double>> left =
      std::make_shared<std::atomic<double>>(0);
};

// Asks another service on its call's behalf, which tells what time it has.
struct Asking {
  void OnReceive(Context& context, const Ping& request, Ping& response) {
    if (request.text() != "ask") return;
    Ping question;
    question.set_text("deadline");
    hawkmount::CallOptions options{.parent = &context};
    if (timeout->load() != 0ns) options.timeout = timeout->load();
    const auto answer = asked->Untimed(question, options);
    EXPECT_TRUE(answer.ok()) << answer.status();
    *seconds = answer.ok() && answer->text() != "none"
                   ? std::stod(answer->text())
                   : -1;
    static_cast<void>(response);
  }
  std::shared_ptr<LimitedClient> asked;
  std::shared_ptr<std::atomic<std::chrono::nanoseconds>> timeout =
      std::make_shared<std::atomic<std::chrono::nanoseconds>>(0ns);  // 0: none
  std::shared_ptr<std::atomic<double>> seconds =
      std::make_shared<std::atomic<double>>(0);
};

// The time that the server gives is that of the calls that it makes for it.
TEST(DeadlineOfCallsTest, IsThatOfTheirParents) {
  BlockingLimited handler;
  hawkmount::App app(Quiet());
  auto& asked =
      app.Mount(LimitedMount(handler), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  Asking asking;
  asking.asked = std::make_shared<LimitedClient>(LimitedClientOf(asked.port()));
  hawkmount::App other(Quiet());
  auto& mount = other.Mount(
      LimitedMount(handler, DeadlinePolicy({.maximum = 2000s}), asking),
      {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(other.Start().ok());
  const LimitedClient client = LimitedClientOf(mount.port());
  const auto seconds = [&] {
    EXPECT_TRUE(CallLimited(client, "Untimed", "ask", {}).ok());
    return asking.seconds->load();
  };
  EXPECT_GT(seconds(), 1000);
  EXPECT_LE(seconds(), 2030);
  *asking.timeout = 500s;
  EXPECT_GT(seconds(), 100);
  EXPECT_LE(seconds(), 510);
  *asking.timeout = std::chrono::nanoseconds::max();
  EXPECT_GT(seconds(), 1000);
  EXPECT_LE(seconds(), 2030);
  EXPECT_TRUE(other.Shutdown(5s).ok());
  EXPECT_TRUE(app.Shutdown(5s).ok());
}

TYPED_TEST(DeadlineTest, TheShortestOfSeveralCounts) {
  Noting first;
  Noting second;
  this->Serve(
      DeadlinePolicy({.maximum = 3000s}),
      first,
      DeadlinePolicy({.maximum = 2000s}),
      second,
      DeadlinePolicy({.maximum = 4000s}));
  this->ExpectSeconds(this->Seconds("Untimed"), 2000);
  this->ExpectSeconds(first.left->load(), 3000);
  this->ExpectSeconds(second.left->load(), 2000);
  this->End();
}

class Shortening final : public hawkmount::Interceptor {
 public:
  explicit Shortening(std::chrono::nanoseconds left) : left_(left) {}
  hawkmount::Decision Before(Context& context) override {
    context.ShortenDeadline(left_);
    return {};
  }

 private:
  const std::chrono::nanoseconds left_;
};

TYPED_TEST(DeadlineTest, ListsThatAreMadeAtRunTime) {
  Noting noting;
  this->Serve(
      hawkmount::MountOptions{
          .interceptors =
              {std::make_shared<Shortening>(3000s),
               std::make_shared<Shortening>(2000s),
               std::make_shared<Shortening>(std::chrono::nanoseconds::max())}},
      noting);
  this->ExpectSeconds(this->Seconds("Untimed"), 2000);
  this->ExpectSeconds(noting.left->load(), 2000);
  this->ExpectSeconds(this->Seconds("Patient", {.timeout = 1000s}), 1010);
  this->End();
}

// Sets the deadline from a worker of a coroutine's.
struct FromAWorker {
  void Before(Context& context) { context.ShortenDeadline(2000s); }
  hawkmount::Task BeforeAsync(Context& context) {
    co_await hawkmount::RunBlocking([&] { context.ShortenDeadline(2000s); });
    co_return absl::OkStatus();
  }
};

TYPED_TEST(DeadlineTest, FromAnyThread) {
  this->Serve(FromAWorker());
  for (int i = 0; i < 20; ++i) {
    this->ExpectSeconds(this->Seconds("Untimed"), 2000);
  }
  this->End();
}

}  // namespace
}  // namespace e2e
