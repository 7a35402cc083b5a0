// Starts and stops of an app that gets no threads from the system: each start
// says so, and no stop needs one.

#include <dlfcn.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <string>
#include <string_view>
#include <thread>

#include "absl/strings/match.h"
#include "handlers.h"

namespace {

// How many more threads the C++ library gets; gRPC's own do not count.
std::atomic<int> allowed{INT_MAX};
std::atomic<int> refused{0};

// Whether the code at an address is libstdc++'s, which is what std::thread is.
bool IsStandardLibrary(const void* address) {
  Dl_info found{};
  if (dladdr(address, &found) == 0 || found.dli_fname == nullptr) return false;
  return std::string_view(found.dli_fname).find("libstdc++") !=
         std::string_view::npos;
}

}  // namespace

// In front of the C library's, for all of the process.
extern "C" int pthread_create(
    pthread_t* thread,
    const pthread_attr_t* attributes,
    void* (*run)(void*),
    void* argument) noexcept {
  static const auto real = reinterpret_cast<decltype(&pthread_create)>(
      dlsym(RTLD_NEXT, "pthread_create"));
  if (IsStandardLibrary(__builtin_return_address(0)) &&
      allowed.fetch_sub(1) <= 0) {
    ++refused;
    return EAGAIN;
  }
  return real(thread, attributes, run, argument);
}

namespace e2e {
namespace {

using namespace std::chrono_literals;

// While it lives, the process gets only so many threads more.
class ThreadsLeft {
 public:
  explicit ThreadsLeft(int count) {
    refused = 0;
    allowed = count;
  }
  ~ThreadsLeft() { allowed = INT_MAX; }
  ThreadsLeft(const ThreadsLeft&) = delete;
  ThreadsLeft& operator=(const ThreadsLeft&) = delete;
};

hawkmount::AppOptions WithAllThreads() {
  hawkmount::AppOptions options = Quiet();
  options.event_threads = 2;
  options.http = {.host = "127.0.0.1", .port = 0};
  return options;
}

TEST(ThreadsTest, AStartWithoutAThreadSaysWhichOne) {
  for (int count = 0;; ++count) {
    SCOPED_TRACE(count);
    ASSERT_LT(count, 50);
    BothStyles served(WithAllThreads());
    absl::Status started;
    {
      const ThreadsLeft left(count);
      started = served.app().Start();
      if (started.ok()) {
        EXPECT_EQ(refused, 0);
        EXPECT_TRUE(served.app().Shutdown(0ms).ok());
        break;
      }
    }
    EXPECT_EQ(started.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_TRUE(
        absl::StrContains(started.message(), "cannot start the thread that "))
        << started;
    // Nothing is left of it, and the next start finds all that it needs.
    EXPECT_TRUE(AreGone("hawkmount-event"));
    const absl::Status again = served.app().Start();
    EXPECT_TRUE(again.ok()) << again;
    for (const auto style : {hawkmount::kBlocking, hawkmount::kCoroutine}) {
      const auto answer = served.Client(style).SayHello(SayHelloRequest());
      EXPECT_TRUE(answer.ok()) << answer.status();
    }
    EXPECT_TRUE(served.app().Shutdown(10s).ok());
  }
}

TEST(ThreadsTest, AStopNeedsNoThread) {
  BothStyles served(WithAllThreads());
  ASSERT_TRUE(served.app().Start().ok());
  for (const auto style : {hawkmount::kBlocking, hawkmount::kCoroutine}) {
    EXPECT_TRUE(served.Client(style).SayHello(SayHelloRequest()).ok());
  }
  const ThreadsLeft left(0);
  EXPECT_TRUE(served.app().Shutdown(10s).ok());
  // That of the HTTP port was wanted, and done without.
  EXPECT_EQ(refused, 1);
}

// A handler that hears of no cancel, until it is let go.
class Deaf final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    entered = true;
    while (!let_go) std::this_thread::sleep_for(1ms);
    return absl::OkStatus();
  }
  std::atomic<bool> entered{false};
  std::atomic<bool> let_go{false};
};

TEST(ThreadsTest, WhatIsLeftBehindNeedsNoThread) {
  Deaf deaf;
  std::thread caller;
  {
    hawkmount::App app(Quiet());
    auto& mount =
        app.Mount(GreeterMount(deaf), {.host = "127.0.0.1", .port = 0});
    ASSERT_TRUE(app.Start().ok());
    caller = std::thread([client = ClientOf(mount.port())] {
      EXPECT_FALSE(client.SayHello(SayHelloRequest(), {.timeout = 60s}).ok());
    });
    while (!deaf.entered) std::this_thread::sleep_for(1ms);
    const ThreadsLeft left(0);
    EXPECT_EQ(app.Shutdown(50ms).code(), absl::StatusCode::kDeadlineExceeded);
  }
  caller.join();
  EXPECT_EQ(ThreadsNamed("hawkmount-left"), 1);
  deaf.let_go = true;
  EXPECT_TRUE(AreGone("hawkmount-left"));
  EXPECT_TRUE(AreGone("hawkmount-event"));
}

TEST(ThreadsTest, AMountThatIsRegisteredWithoutThreadsIsToldByTheStart) {
  CoroutineGreeter greeter;
  hawkmount::App app(Quiet());
  grpc::ServerBuilder builder;
  {
    const ThreadsLeft left(0);
    app.Register(GreeterMount(greeter), builder);
  }
  const absl::Status started = app.Start();
  EXPECT_EQ(started.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(absl::StrContains(
      started.message(), "acme.greeter.v1.Greeter cannot be served"))
      << started;
}

}  // namespace
}  // namespace e2e
