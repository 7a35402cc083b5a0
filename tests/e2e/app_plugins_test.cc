// H32, H37, H40: plugins and merged hooks in the life of an app.

#include <grpcpp/impl/codegen/service_type.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

const hawkmount::MountOptions kFreePort = {.host = "127.0.0.1", .port = 0};

class Diary {
 public:
  void Note(const std::string& word) {
    std::lock_guard lock(mutex_);
    words_.push_back(word);
  }
  Words words() const {
    std::lock_guard lock(mutex_);
    return words_;
  }
  Words WithoutMounts() const {
    Words all = words();
    std::erase_if(all, [](const std::string& word) {
      return word.find(" mount ") != std::string::npos;
    });
    return all;
  }

 private:
  mutable std::mutex mutex_;
  Words words_;
};

// Type and text of what was thrown.
std::string WordsOf(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::runtime_error& error) {
    return std::string("runtime_error ") + error.what();
  } catch (int number) {
    return "int " + std::to_string(number);
  } catch (...) {
    return "something else";
  }
}

// Notes what it is told.
class Noting : public hawkmount::Plugin {
 public:
  Noting(std::string name, Diary& diary)
      : name_(std::move(name)), diary_(diary) {}

  absl::Status OnStartup(hawkmount::App& app) override {
    diary_.Note(name_ + " up");
    return startup ? startup(app) : absl::OkStatus();
  }
  absl::Status OnShutdown(hawkmount::App& app) override {
    diary_.Note(name_ + " down");
    return shutdown ? shutdown(app) : absl::OkStatus();
  }
  void OnMountAdded(const hawkmount::Mount& mount) override {
    diary_.Note(name_ + " mount " + std::string(mount.service_name()));
  }
  void OnException(
      const hawkmount::Method& method,
      std::string_view request_id,
      const std::exception_ptr& exception) override {
    diary_.Note(
        name_ + " " + std::string(method.name()) + " " +
        std::string(request_id) + " " + WordsOf(exception));
  }

  std::function<absl::Status(hawkmount::App&)> startup;
  std::function<absl::Status(hawkmount::App&)> shutdown;

 private:
  const std::string name_;
  Diary& diary_;
};

// Throws whatever it is asked.
class Throwing final : public hawkmount::Plugin {
 public:
  absl::Status OnShutdown(hawkmount::App&) override { throw 5; }
  void OnMountAdded(const hawkmount::Mount&) override {
    throw std::runtime_error("no mounts");
  }
  void OnException(
      const hawkmount::Method&,
      std::string_view,
      const std::exception_ptr& exception) override {
    std::rethrow_exception(exception);
  }
};

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
      app_.Shutdown(1s),
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
  ASSERT_TRUE(app_.Shutdown(1s).ok());
  EXPECT_EQ(
      diary_.words(),
      (Words{
          "one up", "part up", "two up", "two down", "part down", "one down"}));
}

class ExceptionsTest : public testing::TestWithParam<hawkmount::Style> {
 protected:
  explicit ExceptionsTest() : served_(Options()) {}

  hawkmount::AppOptions Options() {
    hawkmount::AppOptions options;
    options.logger = KeepLines(lines_);
    return options;
  }
  void Start() {
    served_.app().Use("thrower", std::make_unique<Throwing>());
    served_.app().Use("one", std::make_unique<Noting>("one", diary_));
    ASSERT_TRUE(served_.app().Start().ok());
  }
  // Calls of all four kinds, whose handlers all throw; `id` is their request
  // id.
  void ThrowInAllKinds(const std::string& id) {
    const GreeterClient client = served_.Client(GetParam());
    const hawkmount::CallOptions options{.timeout = 60s, .request_id = id};
    SayHelloRequest hello;
    hello.set_name("throw");
    ledger_.Add("SayHello", client.SayHello(hello, options).status());
    CountRequest up_to;
    up_to.set_up_to(kThrowInt);
    ledger_.Add("Count", client.Count(up_to, options).Finish());
    auto collect = client.Collect(options);
    CollectRequest name;
    name.set_name("throw");
    collect.Write(name);
    ledger_.Add("Collect", collect.Finish().status());
    auto chat = client.Chat(options);
    ChatRequest line;
    line.set_line("throw");
    chat.Write(line);
    ledger_.Add("Chat", chat.Finish());
  }
  // What the plugin hears of them.
  static Words Told(const std::string& id) {
    return {
        "one Chat " + id + " runtime_error secret",
        "one Collect " + id + " runtime_error secret",
        "one Count " + id + " int 7",
        "one SayHello " + id + " runtime_error secret"};
  }
  Words ToldOfCalls() const {
    Words words = diary_.WithoutMounts();
    std::erase(words, "one up");
    std::erase(words, "one down");
    std::sort(words.begin(), words.end());
    return words;
  }

  std::shared_ptr<std::vector<std::string>> lines_;
  Diary diary_;
  BothStyles served_;
  Ledger ledger_;
};

INSTANTIATE_TEST_SUITE_P(
    Styles,
    ExceptionsTest,
    testing::Values(hawkmount::kBlocking, hawkmount::kCoroutine),
    [](const auto& info) {
      return info.param == hawkmount::kBlocking ? "Blocking" : "Coroutine";
    });

TEST_P(ExceptionsTest, AreToldAndAPluginThatThrowsTouchesNoCall) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ThrowInAllKinds("the.id");
  CheckTruth(served_.app(), ledger_);
  for (const auto& [method, codes] : ledger_.calls()) {
    EXPECT_EQ(codes[static_cast<size_t>(absl::StatusCode::kUnknown)], 1u)
        << method;
  }
  // Statuses are no exceptions.
  SayHelloRequest request;
  request.set_name("fail");
  EXPECT_FALSE(served_.Client(GetParam())
                   .SayHello(request, {.timeout = 60s})
                   .status()
                   .ok());
  ASSERT_FALSE(served_.app().Shutdown(10s).ok()) << "the thrower's OnShutdown";
  EXPECT_EQ(ToldOfCalls(), Told("the.id"));
  // The log says what the plugin did.
  const auto count = [&](const std::string& words) {
    return std::count_if(
        lines_->begin(), lines_->end(), [&](const std::string& line) {
          return line.find(words) != std::string::npos;
        });
  };
  EXPECT_EQ(count("OnException of plugin \"thrower\" threw secret"), 3);
  EXPECT_EQ(
      count("OnException of plugin \"thrower\" threw what is no exception"), 1);
  EXPECT_EQ(count("OnMountAdded of plugin \"thrower\" threw no mounts"), 2);
}

TEST_P(ExceptionsTest, AreToldOfManyThreads) {
  ASSERT_NO_FATAL_FAILURE(Start());
  constexpr int kThreads = 4;
  constexpr int kRounds = 20;
  Words expected;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    const std::string id = "id." + std::to_string(i);
    for (int round = 0; round < kRounds; ++round) {
      for (const std::string& word : Told(id)) expected.push_back(word);
    }
    threads.emplace_back([this, id] {
      for (int round = 0; round < kRounds; ++round) ThrowInAllKinds(id);
    });
  }
  // One that comes while there are calls hears of those from then on.
  Diary later;
  served_.app().Use("later", std::make_unique<Noting>("later", later));
  for (std::thread& thread : threads) thread.join();
  ThrowInAllKinds("last");
  for (const std::string& word : Told("last")) expected.push_back(word);
  std::sort(expected.begin(), expected.end());
  served_.app().Shutdown(10s).IgnoreError();
  CheckTruth(served_.app(), ledger_);
  EXPECT_EQ(ToldOfCalls(), expected);
  const Words heard = later.words();
  EXPECT_EQ(
      std::count_if(
          heard.begin(),
          heard.end(),
          [](const std::string& word) {
            return word.find(" last ") != std::string::npos;
          }),
      4);
  EXPECT_EQ(std::count(heard.begin(), heard.end(), "later down"), 0)
      << "it never heard of the start";
}

// Where nothing is logged there is a request id, too.
TEST(ExceptionsOfQuietMounts, HaveARequestId) {
  CoroutineGreeter greeter;
  Diary diary;
  hawkmount::App app(Quiet());
  hawkmount::MountOptions options = kFreePort;
  options.observability = false;
  auto& mount = app.Mount(GreeterMount(greeter), options);
  app.Use("one", std::make_unique<Noting>("one", diary));
  // By its handle: the plugin is not started, and hears of exceptions.
  ASSERT_TRUE(mount.Start().ok());
  const GreeterClient client = ClientOf(mount.port());
  SayHelloRequest request;
  request.set_name("throw");
  EXPECT_FALSE(client.SayHello(request, {.timeout = 60s}).status().ok());
  ASSERT_TRUE(mount.Stop().ok());
  const Words words = diary.words();
  ASSERT_EQ(words.size(), 2u);
  EXPECT_EQ(words[0], "one mount acme.greeter.v1.Greeter");
  EXPECT_TRUE(words[1].starts_with("one SayHello ")) << words[1];
  EXPECT_TRUE(words[1].ends_with(" runtime_error secret")) << words[1];
  EXPECT_GT(
      words[1].size(), std::string("one SayHello  runtime_error secret").size())
      << words[1];
}

}  // namespace
}  // namespace e2e
