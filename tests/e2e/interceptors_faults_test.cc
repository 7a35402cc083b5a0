// Faults that are put there on purpose, in both styles.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "hawkmount/interceptors/inject_faults.h"
#include "oracle.h"

namespace e2e {
namespace {

using hawkmount::CallOptions;
using hawkmount::InjectFaults;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

template <class Handler>
class FaultsTest : public testing::Test {
 protected:
  template <class Interceptor>
  void Serve(Interceptor interceptor) {
    mount_ = &app_.Mount(
        GreeterMount(handler_, interceptor), {.host = "127.0.0.1", .port = 0});
    ASSERT_TRUE(app_.Start().ok());
  }
  absl::Status Hello(const CallOptions& options = {.timeout = 60s}) {
    const absl::Status status =
        ClientOf(mount_->port()).SayHello({}, options).status();
    ledger_.Add("SayHello", status);
    return status;
  }
  void End() {
    CheckTruth(app_, ledger_, {"SayHello"});
    EXPECT_TRUE(app_.Shutdown(5s).ok());
  }

  Handler handler_;
  hawkmount::App app_{Quiet()};
  hawkmount::MountHandle* mount_ = nullptr;
  Ledger ledger_;
};

using Handlers = testing::Types<BlockingGreeter, CoroutineGreeter>;
TYPED_TEST_SUITE(FaultsTest, Handlers);

TYPED_TEST(FaultsTest, AShareIsExact) {
  InjectFaults faults(
      {.share = 0.25, .status = absl::UnavailableError("out of order")});
  this->Serve(faults);
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int call = 0; call < 25; ++call) {
        const absl::Status status = this->Hello();
        if (status.ok()) continue;
        EXPECT_EQ(status, absl::UnavailableError("out of order"));
        ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 50);
  EXPECT_EQ(faults.injected(), 50u);
  this->End();
}

TYPED_TEST(FaultsTest, AllNoneAndDelays) {
  InjectFaults faults({.share = 1, .delay = 20ms});
  this->Serve(faults);
  const auto start = steady_clock::now();
  EXPECT_TRUE(this->Hello().ok());
  EXPECT_GE(steady_clock::now() - start, 20ms);
  EXPECT_EQ(faults.injected(), 1u);
  this->End();
}

TYPED_TEST(FaultsTest, ADelayEndsWithItsCall) {
  this->Serve(InjectFaults({.share = 1, .delay = 1h}));
  EXPECT_TRUE(absl::IsDeadlineExceeded(this->Hello({.timeout = 50ms})));
  this->End();  // which waits until nothing is in flight
}

TYPED_TEST(FaultsTest, CallersOrderThem) {
  InjectFaults faults({.by_metadata = true});
  this->Serve(faults);
  EXPECT_TRUE(this->Hello().ok());
  const auto order = [&](std::string code, std::string delay) {
    return this->Hello(
        {.timeout = 60s,
         .metadata = {
             {"x-fault-code", std::move(code)},
             {"x-fault-delay-ms", std::move(delay)}}});
  };
  const auto start = steady_clock::now();
  EXPECT_EQ(order("14", "20"), absl::UnavailableError("fault injected"));
  EXPECT_GE(steady_clock::now() - start, 20ms);
  EXPECT_TRUE(order("0", "0").ok());
  EXPECT_EQ(faults.injected(), 2u);
  // What is no order is none.
  EXPECT_TRUE(order("x", "-1").ok());
  EXPECT_TRUE(order("17", "").ok());
  this->End();
}

TYPED_TEST(FaultsTest, NobodyOrdersThemUnasked) {
  this->Serve(InjectFaults({}));
  EXPECT_TRUE(
      this->Hello({.timeout = 60s, .metadata = {{"x-fault-code", "14"}}}).ok());
  this->End();
}

}  // namespace
}  // namespace e2e
