// How many calls of a server, and of a method, run at a time: exactly as many
// as may, and the others are refused and counted.

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "engine/server.h"
#include "handlers.h"
#include "limited.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::CallOptions;

const CallOptions kPatience{.timeout = 120s};
constexpr int kPlaces = 8;  // of Patient

std::string Rejected(const std::string& reason) {
  return LimitedSeries(
      "requests_rejected_total", "Patient", "reason=\"" + reason + "\"");
}

template <class Handler>
class MaxInFlightTest : public testing::Test {
 protected:
  MaxInFlightTest()
      : app_([] {
          hawkmount::AppOptions options = Quiet();
          options.event_threads = 2;
          return options;
        }()),
        mount_(app_.Mount(
            LimitedMount(handler_), {.host = "127.0.0.1", .port = 0})) {}
  void SetUp() override { ASSERT_TRUE(app_.Start().ok()); }

  absl::Status Call(const LimitedClient& client, const std::string& text) {
    const absl::Status status = CallLimited(client, "Patient", text, kPatience);
    ledger_.Add(LimitedPath("Patient"), status);
    return status;
  }
  LimitedClient Client() { return LimitedClientOf(mount_.port()); }
  void CheckBooks() { CheckTruth(app_, ledger_, {LimitedPath("Patient")}); }

  Handler handler_;
  hawkmount::App app_;
  hawkmount::MountHandle& mount_;
  Ledger ledger_;
};

using Handlers = testing::Types<BlockingLimited, CoroutineLimited>;
TYPED_TEST_SUITE(MaxInFlightTest, Handlers);

TYPED_TEST(MaxInFlightTest, AsManyAsMayAndNoMore) {
  std::atomic<int> served{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&, client = this->Client()] {
      const absl::Status status = this->Call(client, "stuck");
      if (status.ok()) return void(++served);
      EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
      EXPECT_NE(status.message().find("max_in_flight"), std::string::npos);
      ++refused;
    });
  }
  this->handler_.gate.WaitForEntered(kPlaces);
  ExpectSoon(this->app_, Rejected("max_in_flight"), 64 - kPlaces);
  EXPECT_EQ(this->handler_.running.most(), kPlaces);
  // The other methods have places of their own.
  EXPECT_TRUE(CallLimited(this->Client(), "Untimed", "", kPatience).ok());
  this->handler_.gate.Open();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(served, kPlaces);
  EXPECT_EQ(refused, 64 - kPlaces);
  this->CheckBooks();
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

// Who has an answer finds the place of its call free again: clients that call
// one after another, no more than there are places, are never refused.
TYPED_TEST(MaxInFlightTest, AnAnswerGivesItsPlaceBack) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kPlaces; ++i) {
    threads.emplace_back([this, client = this->Client()] {
      for (int call = 0; call < 300; ++call) {
        const absl::Status status =
            this->Call(client, call % 3 == 0 ? "yield" : "");
        EXPECT_TRUE(status.ok()) << status;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  this->CheckBooks();
  EXPECT_EQ(Sample(this->app_, Rejected("max_in_flight")), 0);
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

TYPED_TEST(MaxInFlightTest, Storm) {
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&, client = this->Client()] {
      // Until there were more than may be, which is the point of it.
      for (int call = 0; call < 50 || refused == 0; ++call) {
        const absl::Status status = this->Call(client, "yield");
        if (absl::IsResourceExhausted(status)) ++refused;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(this->handler_.running.most(), kPlaces);
  this->CheckBooks();
  EXPECT_EQ(Sample(this->app_, Rejected("max_in_flight")), refused);
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

// A place is kept while the handler runs, also one that nobody waits for.
TYPED_TEST(MaxInFlightTest, AHandlerLeftBehindKeepsItsPlace) {
  const LimitedClient client = this->Client();
  // Until all places are taken by handlers that nobody waits for.
  while (this->handler_.gate.entered() < kPlaces) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kPlaces; ++i) {
      threads.emplace_back([&] {
        const absl::Status status =
            CallLimited(client, "Patient", "stuck", {.timeout = 1s});
        EXPECT_FALSE(status.ok());
        this->ledger_.Add(LimitedPath("Patient"), status);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_TRUE(absl::IsResourceExhausted(this->Call(client, "")));
  this->handler_.gate.Open();
  this->CheckBooks();
  EXPECT_TRUE(this->Call(client, "").ok());
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

class Narrowed final : public NarrowHandler {
 public:
  absl::Status First(FirstContext&, const Ping&, Ping&) override {
    gate.Pass();
    return absl::OkStatus();
  }
  hawkmount::Task SecondAsync(SecondContext&, const Ping&, Ping&) override {
    return absl::OkStatus();
  }

  Gate gate;
};

TEST(NarrowTest, AServicesWordIsForEachOfItsMethods) {
  Narrowed handler;
  hawkmount::App app(Quiet());
  auto& mount =
      app.Mount(NarrowMount(handler), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const NarrowClient client(hawkmount::Channel::Insecure(
      "127.0.0.1:" + std::to_string(mount.port())));
  std::thread first([&] { EXPECT_TRUE(client.First(Ping(), kPatience).ok()); });
  handler.gate.WaitForEntered(1);
  EXPECT_TRUE(
      absl::IsResourceExhausted(client.First(Ping(), kPatience).status()));
  EXPECT_TRUE(client.Second(Ping(), kPatience).ok());
  handler.gate.Open();
  first.join();
  EXPECT_TRUE(app.Shutdown(5s).ok());
}

// The engine's server alone, which has a cap over all its methods and mounts.
class MaxConcurrentRpcsTest : public testing::Test {
 protected:
  static constexpr size_t kMost = 5;

  std::shared_ptr<hawkmount::engine::Server> Serve(size_t most) {
    namespace observe = hawkmount::observe;
    namespace engine = hawkmount::engine;
    const auto logger = Quiet().logger;
    engine::ServerConfig config;
    config.app = &app_;
    config.logger = logger;
    config.metrics = metrics_;
    config.log_writer = std::make_shared<observe::LogWriter>(
        logger,
        hawkmount::LogOptions().format,
        std::make_shared<observe::RecentCalls>());
    config.workers = std::make_shared<engine::Workers>(64, 1000);
    config.watch = std::make_shared<engine::Watch>(logger);
    config.event_threads = 2;
    config.configure = [this](grpc::ServerBuilder& builder) {
      builder.AddListeningPort(
          "127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    };
    config.mounts = {
        {.mount = LimitedMount(limited_), .exempt = false},
        {.mount = NarrowMount(narrow_), .exempt = true}};
    config.max_concurrent_rpcs = most;
    auto server = engine::Server::Start(config);
    EXPECT_TRUE(server.ok()) << server.status();
    return *server;
  }

  struct Counted {
    uint64_t started = 0;
    uint64_t ended = 0;
    uint64_t refused = 0;
    uint64_t exhausted = 0;
  };
  Counted Count() const {
    using hawkmount::codegen::Rejection;
    Counted all;
    for (const auto& method : metrics_->Read()) {
      all.started += method.started;
      all.ended += method.ended;
      all.refused +=
          method.rejected[static_cast<size_t>(Rejection::kMaxConcurrentRpcs)];
      all.exhausted += method.handled[static_cast<size_t>(
          absl::StatusCode::kResourceExhausted)];
    }
    return all;
  }

  hawkmount::App app_{Quiet()};
  std::shared_ptr<hawkmount::observe::Metrics> metrics_ =
      std::make_shared<hawkmount::observe::Metrics>(
          hawkmount::observe::Side::kServer);
  BlockingLimited limited_;
  Narrowed narrow_;
  int port_ = 0;
};

TEST_F(MaxConcurrentRpcsTest, AsManyAsMayAndNoMore) {
  const auto server = Serve(kMost);
  const LimitedClient client = LimitedClientOf(port_);
  std::atomic<uint64_t> refused{0};
  std::vector<std::thread> threads;
  // Of two methods: one cap is over both.
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&, method = i % 2 == 0 ? "Patient" : "Untimed"] {
      const absl::Status status =
          CallLimited(client, method, "stuck", kPatience);
      if (status.ok()) return;
      EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
      EXPECT_NE(status.message().find("max_concurrent_rpcs"), std::string::npos)
          << status;
      ++refused;
    });
  }
  limited_.gate.WaitForEntered(kMost);
  while (Count().refused < 64 - kMost) std::this_thread::sleep_for(5ms);
  // A mount that is exempt is served all the same, as are methods that the
  // server does not have: those cost nothing.
  const NarrowClient exempt(
      hawkmount::Channel::Insecure("127.0.0.1:" + std::to_string(port_)));
  EXPECT_TRUE(exempt.Second(Ping(), kPatience).ok());
  limited_.gate.Open();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused, 64 - kMost);
  EXPECT_EQ(limited_.running.most(), static_cast<int>(kMost));
  EXPECT_TRUE(server->Stop(5s).ok());
  EXPECT_EQ(Count().refused, refused);
  EXPECT_EQ(Count().exhausted, refused);
  EXPECT_EQ(Count().started, 65u);
  EXPECT_EQ(Count().ended, 65u);
}

TEST_F(MaxConcurrentRpcsTest, Storm) {
  const auto server = Serve(kMost);
  std::atomic<uint64_t> refused{0};
  std::atomic<uint64_t> calls{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&, client = LimitedClientOf(port_)] {
      for (int call = 0; call < 50 || refused == 0; ++call) {
        ++calls;
        const absl::Status status = CallLimited(
            client, call % 2 == 0 ? "Untimed" : "Patient", "yield", kPatience);
        if (absl::IsResourceExhausted(status)) ++refused;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(limited_.running.most(), static_cast<int>(kMost));
  EXPECT_TRUE(server->Stop(5s).ok());
  EXPECT_EQ(Count().refused, refused);
  EXPECT_EQ(Count().exhausted, refused);
  EXPECT_EQ(Count().started, calls);
  EXPECT_EQ(Count().ended, calls);
}

TEST_F(MaxConcurrentRpcsTest, ZeroIsAnyNumber) {
  const auto server = Serve(0);
  const LimitedClient client = LimitedClientOf(port_);
  std::vector<std::thread> threads;
  for (int i = 0; i < 40; ++i) {
    threads.emplace_back([&] {
      EXPECT_TRUE(CallLimited(client, "Untimed", "stuck", kPatience).ok());
    });
  }
  limited_.gate.WaitForEntered(40);
  limited_.gate.Open();
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(server->Stop(5s).ok());
}

}  // namespace
}  // namespace e2e
