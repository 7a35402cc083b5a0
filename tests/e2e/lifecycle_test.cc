// How an app and its mounts start, stop, and start again.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "http_client.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

const hawkmount::MountOptions kFreePort = {.host = "127.0.0.1", .port = 0};

bool Answers(int port) {
  return ClientOf(port).SayHello(SayHelloRequest(), {.timeout = 60s}).ok();
}

// Notes what it is told, in order.
class Diary {
 public:
  std::function<absl::Status()> Note(
      const std::string& word, absl::Status status = absl::OkStatus()) {
    return [this, word, status] {
      words_.push_back(word);
      return status;
    };
  }
  const std::vector<std::string>& words() const { return words_; }

 private:
  std::vector<std::string> words_;
};

using Words = std::vector<std::string>;

class LifecycleTest : public testing::Test {
 protected:
  LifecycleTest() : app_(Quiet()) {}

  CoroutineGreeter greeter_;
  Diary diary_;
  hawkmount::App app_;
};

TEST_F(LifecycleTest, HooksRunInOrderAndBackAgain) {
  auto& mount = app_.Mount(GreeterMount(greeter_), kFreePort);
  app_.OnStart("one", diary_.Note("start one"));
  app_.OnShutdown("one", diary_.Note("stop one"));
  app_.OnStart("two", diary_.Note("start two"));
  app_.OnShutdown("two", [&] {
    EXPECT_EQ(mount.server(), nullptr) << "a shutdown hook before the stop";
    return diary_.Note("stop two")();
  });
  ASSERT_TRUE(app_.Start().ok());
  EXPECT_EQ(diary_.words(), (Words{"start one", "start two"}));
  ASSERT_TRUE(app_.Shutdown(5s).ok());
  EXPECT_EQ(
      diary_.words(),
      (Words{"start one", "start two", "stop two", "stop one"}));
  ASSERT_TRUE(app_.Shutdown(5s).ok());
  EXPECT_EQ(diary_.words().size(), 4u) << "a shutdown of what does not run";
}

TEST_F(LifecycleTest, AStartHookThatFailsUndoesThoseBeforeIt) {
  auto& mount = app_.Mount(GreeterMount(greeter_), kFreePort);
  app_.OnStart("one", diary_.Note("start one"));
  app_.OnShutdown("one", diary_.Note("stop one"));
  app_.OnStart("two", diary_.Note("start two", absl::NotFoundError("no disk")));
  app_.OnShutdown("two", diary_.Note("stop two"));
  app_.OnStart("three", diary_.Note("start three"));
  const absl::Status status = app_.Start();
  EXPECT_EQ(status, absl::NotFoundError("start hook \"two\": no disk"));
  EXPECT_EQ(diary_.words(), (Words{"start one", "start two", "stop one"}));
  EXPECT_EQ(mount.server(), nullptr);
}

TEST_F(LifecycleTest, AllShutdownHooksRunAndAllErrorsAreTold) {
  app_.Mount(GreeterMount(greeter_), kFreePort);
  app_.OnShutdown("one", diary_.Note("one", absl::AbortedError("first")));
  app_.OnShutdown(
      "two", []() -> absl::Status { throw std::runtime_error("second"); });
  app_.OnShutdown("three", diary_.Note("three"));
  app_.OnShutdown("four", []() -> absl::Status { throw 4; });
  ASSERT_TRUE(app_.Start().ok());
  const absl::Status status = app_.Shutdown(5s);
  EXPECT_EQ(diary_.words(), (Words{"three", "one"}));
  EXPECT_EQ(
      status.message(),
      "shutdown hook \"four\": threw what is no exception; shutdown hook "
      "\"two\": threw second; shutdown hook \"one\": first");
}

TEST_F(LifecycleTest, AHookMayMountButNotStartOrStop) {
  hawkmount::MountHandle* mount = nullptr;
  absl::Status refused;
  app_.OnStart("mounts", [&] {
    mount = &app_.Mount(GreeterMount(greeter_), kFreePort);
    refused = app_.Shutdown(60s);
    return absl::OkStatus();
  });
  ASSERT_TRUE(app_.Start().ok());
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Answers(mount->port()));
  EXPECT_TRUE(app_.Shutdown(5s).ok());
}

// How many sockets of this process listen.
int Listening() {
  int count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/self/fd")) {
    int listens = 0;
    socklen_t size = sizeof(listens);
    const int number = std::stoi(entry.path().filename());
    count +=
        getsockopt(number, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 &&
        listens != 0;
  }
  return count;
}

// H-B8: half a start leaves nothing that listens.
TEST_F(LifecycleTest, HalfAStartLeavesNothing) {
  BothStyles other(Quiet());
  ASSERT_TRUE(other.app().Start().ok());
  const int listening = Listening();
  ASSERT_GE(listening, 2);
  auto& good = app_.Mount(GreeterMount(greeter_), kFreePort);
  app_.Mount(
      GreeterMount(greeter_),
      {.host = "127.0.0.1", .port = other.Port(hawkmount::kCoroutine)});
  app_.OnShutdown("told", diary_.Note("told"));
  EXPECT_EQ(app_.Start().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(good.server(), nullptr);
  EXPECT_EQ(good.port(), 0);
  EXPECT_EQ(Listening(), listening);
  EXPECT_EQ(diary_.words(), Words{"told"});
  EXPECT_TRUE(Answers(other.Port(hawkmount::kCoroutine)));
}

// H5, H6, H7, H8, H9.
TEST_F(LifecycleTest, AMountStartsAndStopsByItself) {
  auto& always = app_.Mount(GreeterMount(greeter_), kFreePort);
  hawkmount::MountOptions later = kFreePort;
  later.autostart = false;
  auto& mount = app_.Mount(GreeterMount(greeter_), later);
  EXPECT_TRUE(mount.Stop().ok()) << "of what never ran";
  ASSERT_TRUE(app_.Start().ok());
  EXPECT_EQ(mount.server(), nullptr);
  EXPECT_EQ(mount.port(), 0);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(mount.Start().ok());
    ASSERT_TRUE(mount.Start().ok()) << "again, which does nothing";
    EXPECT_NE(mount.server(), nullptr);
    const int port = mount.port();
    EXPECT_TRUE(Answers(port));
    ASSERT_TRUE(mount.Stop(60s).ok());
    ASSERT_TRUE(mount.Stop(60s).ok());
    EXPECT_EQ(mount.server(), nullptr);
    EXPECT_FALSE(Answers(port));
    EXPECT_TRUE(Answers(always.port()));
  }
  ASSERT_TRUE(mount.Start().ok());
  ASSERT_TRUE(app_.Shutdown(5s).ok());
  EXPECT_EQ(mount.server(), nullptr) << "the app's end is the mount's";
}

TEST_F(LifecycleTest, AMountRunsWithoutItsAppsStart) {
  auto& mount = app_.Mount(GreeterMount(greeter_), kFreePort);
  ASSERT_TRUE(mount.Start().ok());
  EXPECT_TRUE(Answers(mount.port()));
  ASSERT_TRUE(app_.Start().ok());
  EXPECT_TRUE(Answers(mount.port()));
  ASSERT_TRUE(app_.Shutdown(5s).ok());
}

// H-B14.
TEST_F(LifecycleTest, FiftyCallersStartAndStop) {
  const int listening = Listening();
  auto& mount = app_.Mount(GreeterMount(greeter_), kFreePort);
  app_.Mount(GreeterMount(greeter_), kFreePort);
  std::vector<std::jthread> callers;
  std::atomic<int> failed = 0;
  for (int i = 0; i < 50; ++i) {
    callers.emplace_back([&, i] {
      for (int round = 0; round < 4; ++round) {
        absl::Status status;
        switch ((i + round) % 4) {
          case 0:
            status = app_.Start();
            break;
          case 1:
            status = app_.Shutdown(60s);
            break;
          case 2:
            status = mount.Start();
            break;
          default:
            status = mount.Stop(60s);
        }
        failed += !status.ok();
        [[maybe_unused]] const int port = mount.port();
      }
    });
  }
  callers.clear();
  EXPECT_EQ(failed, 0);
  ASSERT_TRUE(app_.Start().ok());
  ASSERT_TRUE(mount.Start().ok());
  EXPECT_TRUE(Answers(mount.port()));
  ASSERT_TRUE(app_.Shutdown(5s).ok());
  EXPECT_EQ(Listening(), listening);
}

// H35.
TEST_F(LifecycleTest, ValuesOfAllTypesReachHandlers) {
  struct Database {
    int rows = 7;
  };
  EXPECT_EQ(app_.Get<Database>(), nullptr);
  app_.Set(std::make_shared<Database>());
  app_.Set(std::make_shared<std::string>("eu-1"));
  EXPECT_EQ(app_.Get<Database>()->rows, 7);
  EXPECT_EQ(*app_.Get<std::string>(), "eu-1");
}

TEST(LifecycleAppsTest, SeveralAppsInOneProcess) {
  std::vector<std::unique_ptr<BothStyles>> apps;
  for (int i = 0; i < 3; ++i) {
    apps.push_back(std::make_unique<BothStyles>(Quiet()));
    ASSERT_TRUE(apps.back()->app().Start().ok());
  }
  ASSERT_TRUE(apps[1]->app().Shutdown(60s).ok());
  EXPECT_TRUE(Answers(apps[0]->Port(hawkmount::kCoroutine)));
  EXPECT_TRUE(Answers(apps[2]->Port(hawkmount::kBlocking)));
  apps.erase(apps.begin());
  EXPECT_TRUE(Answers(apps[1]->Port(hawkmount::kBlocking)));
}

// H30, H33, H34, H36, H40, L14: what a drain does, step by step, as seen from
// outside.
TEST(LifecycleDrainTest, ServesThroughItsDelayAndIsNotReady) {
  hawkmount::AppOptions options = Quiet();
  options.http = {.host = "127.0.0.1", .port = 0};
  options.drain_delay = 10s;  // for all that is looked at meanwhile
  BothStyles served(options);
  ASSERT_TRUE(served.app().Start().ok());
  const int http_port = served.app().http_port();
  EXPECT_EQ(Get(http_port, "/readyz").status, 200);
  EXPECT_TRUE(served.app().health().IsServing(""));
  const int port = served.Port(hawkmount::kCoroutine);
  const std::stop_token stopping = served.app().stopping();
  absl::Status drained = absl::UnknownError("not yet");
  std::jthread drain([&] { drained = served.app().Drain(); });
  served.app().Wait();
  // What is waited for is that the drain begins.
  while (Get(http_port, "/readyz").status == 200) std::this_thread::yield();
  EXPECT_EQ(Get(http_port, "/readyz").status, 503);
  EXPECT_FALSE(served.app().health().IsServing(""));
  EXPECT_TRUE(served.app().health().IsServing(hawkmount::kLiveService));
  EXPECT_TRUE(Answers(port)) << "a new connection within the delay";
  EXPECT_FALSE(stopping.stop_requested());
  drain.join();
  EXPECT_TRUE(drained.ok()) << drained;
  EXPECT_TRUE(stopping.stop_requested());
  EXPECT_FALSE(Answers(port));
}

// What hears of its age in the last moment may have calls on their way.
TEST(LifecycleDrainTest, WaitsALittleLongerThanConnectionsGetOld) {
  CoroutineGreeter greeter;
  hawkmount::AppOptions options = Quiet();
  options.grace = 0ms;
  hawkmount::App app(options);
  auto& mount = app.Mount(
      GreeterMount(greeter),
      {.host = "127.0.0.1",
       .port = 0,
       .connection = {.max_connection_age = 200ms}});
  ASSERT_TRUE(app.Start().ok());
  // A stream keeps its connection, whatever its age.
  const GreeterClient client = ClientOf(mount.port());
  auto stream = client.Chat({.timeout = 60s});
  ChatRequest request;
  ChatResponse response;
  ASSERT_TRUE(stream.Write(request));
  ASSERT_TRUE(stream.Read(response));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(app.Drain().ok());
  EXPECT_GE(std::chrono::steady_clock::now() - start, 220ms + 500ms);
  EXPECT_EQ(stream.Finish().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace e2e
