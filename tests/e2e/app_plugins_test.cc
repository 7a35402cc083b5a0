// H32, H37, H40: plugins and merged hooks in the life of an app.

#include <grpcpp/impl/codegen/service_type.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "noting_plugin.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

const hawkmount::MountOptions kFreePort = {.host = "127.0.0.1", .port = 0};

class PluginsTest : public testing::Test {
 protected:
  PluginsTest() : app_(Quiet()) {}

  // Uses a plugin that notes, and mounts nothing.
  Noting& Use(const std::string& name) {
    auto plugin = std::make_unique<Noting>(name, diary_);
    Noting& noting = *plugin;
    app_.Use(name, std::move(plugin));
    return noting;
  }
  std::function<absl::Status()> Note(const std::string& word) {
    return [this, word] {
      diary_.Note(word);
      return absl::OkStatus();
    };
  }

  CoroutineGreeter greeter_;
  Diary diary_;
  hawkmount::App app_;
};

// H40: plugins, hooks, servers; and then servers, hooks, plugins.
TEST_F(PluginsTest, AreTheFirstToStartAndTheLastToEnd) {
  app_.OnStart("hook", Note("hook up"));
  app_.OnShutdown("hook", Note("hook down"));
  Noting& one = Use("one");
  Use("two");
  auto& mount = app_.Mount(GreeterMount(greeter_), kFreePort);
  const auto check = [&](hawkmount::App& app) {
    EXPECT_EQ(&app, &app_);
    EXPECT_EQ(mount.server(), nullptr) << "beside a server";
    return absl::OkStatus();
  };
  one.startup = check;
  one.shutdown = check;
  ASSERT_TRUE(app_.Start().ok());
  ASSERT_TRUE(app_.Shutdown(5s).ok());
  const Words life = {
      "one mount acme.greeter.v1.Greeter",
      "two mount acme.greeter.v1.Greeter",
      "one up",
      "two up",
      "hook up",
      "hook down",
      "one down",
      "two down"};
  EXPECT_EQ(diary_.words(), life);
  ASSERT_TRUE(app_.Shutdown(5s).ok());
  EXPECT_EQ(diary_.words(), life) << "a shutdown of what does not run";
  // And once more.
  ASSERT_TRUE(app_.Start().ok());
  ASSERT_TRUE(app_.Shutdown(5s).ok());
  Words twice = life;
  twice.insert(twice.end(), life.begin() + 2, life.end());
  EXPECT_EQ(diary_.words(), twice);
}

TEST_F(PluginsTest, OneThatFailsEndsTheStart) {
  auto& mount = app_.Mount(GreeterMount(greeter_), kFreePort);
  app_.OnStart("hook", Note("hook up"));
  app_.OnShutdown("hook", Note("hook down"));
  Use("one").shutdown = [](hawkmount::App&) {
    return absl::AbortedError("stuck");
  };
  Use("two").startup = [](hawkmount::App&) {
    return absl::NotFoundError("no license");
  };
  Use("three");
  EXPECT_EQ(
      app_.Start(),
      absl::NotFoundError(
          "startup of plugin \"two\": no license; shutdown of plugin \"one\": "
          "stuck"));
  EXPECT_EQ(mount.server(), nullptr);
  EXPECT_EQ(diary_.WithoutMounts(), (Words{"one up", "two up", "one down"}));
}

TEST_F(PluginsTest, AStartThatFailsLaterEndsAllOfThem) {
  Use("one");
  Use("two");
  app_.OnStart("hook", [] { return absl::NotFoundError("no disk"); });
  EXPECT_EQ(app_.Start(), absl::NotFoundError("start hook \"hook\": no disk"));
  EXPECT_EQ(
      diary_.words(), (Words{"one up", "two up", "one down", "two down"}));

  // Half a start.
  BothStyles other(Quiet());
  ASSERT_TRUE(other.app().Start().ok());
  Diary diary;
  hawkmount::App app(Quiet());
  app.Mount(
      GreeterMount(greeter_),
      {.host = "127.0.0.1", .port = other.Port(hawkmount::kCoroutine)});
  app.OnShutdown("hook", [&] {
    diary.Note("hook down");
    return absl::OkStatus();
  });
  auto plugin = std::make_shared<Noting>("late", diary);
  app.Use("late", plugin);
  EXPECT_EQ(app.Start().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(
      diary.words(),
      (Words{
          "late mount acme.greeter.v1.Greeter",
          "late up",
          "hook down",
          "late down"}));
}

TEST_F(PluginsTest, AllAreToldOfTheEndAndAllErrorsAreTold) {
  app_.Mount(GreeterMount(greeter_), kFreePort);
  Use("one").shutdown = [](hawkmount::App&) {
    return absl::AbortedError("first");
  };
  app_.Use("thrower", std::make_unique<Throwing>());
  Use("three");
  app_.OnShutdown("hook", [] { return absl::DataLossError("hooked"); });
  ASSERT_TRUE(app_.Start().ok());
  EXPECT_EQ(
      app_.Shutdown(60s),
      absl::DataLossError(
          "shutdown hook \"hook\": hooked; shutdown of plugin \"one\": first; "
          "shutdown of plugin \"thrower\": threw what is no exception"));
  EXPECT_EQ(
      diary_.WithoutMounts(),
      (Words{"one up", "three up", "one down", "three down"}));
}

TEST_F(PluginsTest, AStartupMayAddWhatAStartHasButNotStartOrStop) {
  hawkmount::MountHandle* mount = nullptr;
  Use("one").startup = [&](hawkmount::App& app) {
    mount = &app.Mount(GreeterMount(greeter_), kFreePort);
    app.Set(std::make_shared<int>(7));
    app.OnStart("hook", Note("hook up"));
    Use("two");
    EXPECT_EQ(app.Shutdown(1s).code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(app.Start().code(), absl::StatusCode::kFailedPrecondition);
    return absl::OkStatus();
  };
  ASSERT_TRUE(app_.Start().ok());
  EXPECT_EQ(*app_.Get<int>(), 7);
  EXPECT_TRUE(ClientOf(mount->port())
                  .SayHello(SayHelloRequest(), {.timeout = 30s})
                  .ok());
  ASSERT_TRUE(app_.Shutdown(5s).ok());
  EXPECT_EQ(
      diary_.words(),
      (Words{
          "one up",
          "one mount acme.greeter.v1.Greeter",
          "two mount acme.greeter.v1.Greeter",
          "two up",
          "hook up",
          "one down",
          "two down"}));
}

TEST_F(PluginsTest, OneThatIsNullIsAnErrorOfTheStart) {
  Use("one");
  app_.Use("none", nullptr);
  app_.Mount(GreeterMount(greeter_), kFreePort);
  EXPECT_EQ(
      app_.Start(),
      absl::InvalidArgumentError("startup of plugin \"none\": it is null"));
}

TEST_F(PluginsTest, EachHearsOfEachMountOnce) {
  app_.Mount(GreeterMount(greeter_), kFreePort);
  app_.Use("thrower", std::make_unique<Throwing>());
  Use("one");
  EXPECT_EQ(diary_.words(), Words{"one mount acme.greeter.v1.Greeter"});
  app_.Add("by.Hand", nullptr, kFreePort);
  Use("two");
  grpc::ServerBuilder builder;
  app_.Register(GreeterMount(greeter_), builder);
  EXPECT_EQ(
      diary_.words(),
      (Words{
          "one mount acme.greeter.v1.Greeter",
          "one mount by.Hand",
          "two mount acme.greeter.v1.Greeter",
          "two mount by.Hand",
          "one mount acme.greeter.v1.Greeter",
          "two mount acme.greeter.v1.Greeter"}));
}

TEST_F(PluginsTest, MountsAndPluginsThatComeAtTheSameTime) {
  constexpr int kEach = 8;
  std::vector<std::thread> threads;
  for (int i = 0; i < kEach; ++i) {
    threads.emplace_back([&] { Use("p"); });
    threads.emplace_back(
        [&] { app_.Mount(GreeterMount(greeter_), kFreePort); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(diary_.words().size(), size_t{kEach} * kEach);
}

TEST_F(PluginsTest, OneThatDoesNothingIsNoTrouble) {
  app_.Use("nothing", std::make_unique<hawkmount::Plugin>());
  auto& mount = app_.Mount(GreeterMount(greeter_), kFreePort);
  ASSERT_TRUE(app_.Start().ok());
  SayHelloRequest request;
  request.set_name("throw");
  EXPECT_EQ(
      ClientOf(mount.port()).SayHello(request, {.timeout = 30s}).status(),
      absl::UnknownError("the handler threw an exception"));
  EXPECT_TRUE(app_.Shutdown(5s).ok());
}

TEST_F(PluginsTest, TheAppKeepsThem) {
  auto plugin = std::make_shared<Noting>("one", diary_);
  const std::weak_ptr<Noting> watched = plugin;
  {
    hawkmount::App app(Quiet());
    app.Mount(GreeterMount(greeter_), kFreePort);
    app.Use("one", std::move(plugin));
    ASSERT_TRUE(app.Start().ok());
    EXPECT_FALSE(watched.expired());
  }
  EXPECT_EQ(diary_.WithoutMounts(), (Words{"one up", "one down"}));
  EXPECT_TRUE(watched.expired());
}

// H32: hooks that a part of the program brings.
TEST_F(PluginsTest, LifecyclesOfPartsOfTheProgram) {
  app_.Mount(GreeterMount(greeter_), kFreePort);
  hawkmount::Lifecycle part;
  part.OnStart("part", Note("part up"));
  part.OnShutdown("part", Note("part down"));
  app_.OnStart("one", Note("one up"));
  app_.OnShutdown("one", Note("one down"));
  app_.Use(part);
  app_.OnStart("two", Note("two up"));
  app_.OnShutdown("two", Note("two down"));
  ASSERT_TRUE(app_.Start().ok());
  ASSERT_TRUE(app_.Shutdown(60s).ok());
  EXPECT_EQ(
      diary_.words(),
      (Words{
          "one up", "part up", "two up", "two down", "part down", "one down"}));
}

}  // namespace
}  // namespace e2e
