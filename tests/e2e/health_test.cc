// grpc.health.v1 over real connections, in a program that has the standard
// health.pb.cc itself.

#include "hawkmount/health.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include "grpc/health/v1/health.hawkmount.pb.h"
#include "handlers.h"
#include "hawkmount/codegen/source.h"
#include "health/health.pb.h"
#include "health/service.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using grpc::health::v1::HealthClient;
using hawkmount::health::Board;

constexpr char kGreeter[] = "acme.greeter.v1.Greeter";

HealthCheckRequest Of(std::string_view service) {
  HealthCheckRequest request;
  request.set_service(std::string(service));
  return request;
}

size_t Threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<size_t>(std::distance(begin(tasks), end(tasks)));
}

class HealthTest : public testing::Test {
 protected:
  void Start(std::function<bool()> readiness = nullptr) {
    service_.emplace(board_, std::move(readiness));
    hawkmount::AppOptions options = Quiet();
    options.event_threads = 2;
    app_.emplace(options);
    handle_ = &app_->Mount(
        service_->mount(),
        {.host = "127.0.0.1", .port = 0, .observability = false});
    const absl::Status started = app_->Start();
    ASSERT_TRUE(started.ok()) << started;
    board_->Begin({kGreeter});
  }

  // A connection of its own each.
  hawkmount::Channel Connect() const {
    return hawkmount::Channel::Insecure(
        "127.0.0.1:" + std::to_string(handle_->port()));
  }

  // What Check says: a status, or a code.
  std::string Check(
      std::string_view service, std::chrono::seconds timeout = 20s) const {
    const auto response =
        HealthClient(Connect()).Check(Of(service), {.timeout = timeout});
    if (!response.ok()) return StatusCodeToString(response.status().code());
    return HealthCheckResponse::ServingStatus_Name(response->status());
  }

  absl::StatusOr<hawkmount::health::HealthListResponse> List() const {
    static constexpr hawkmount::Method kList{
        "/grpc.health.v1.Health/List", hawkmount::MethodKind::kUnary};
    return hawkmount::codegen::CallUnary<hawkmount::health::HealthListResponse>(
        Connect(),
        kList,
        {.timeout = 20s},
        hawkmount::health::HealthListRequest());
  }

  static std::string Next(HealthClient::WatchStream& stream) {
    HealthCheckResponse response;
    if (!stream.Read(response)) return "END";
    return HealthCheckResponse::ServingStatus_Name(response.status());
  }

  const std::shared_ptr<Board> board_ = std::make_shared<Board>();
  hawkmount::Health health_{board_};
  std::optional<hawkmount::health::Service> service_;
  std::optional<hawkmount::App> app_;
  hawkmount::MountHandle* handle_ = nullptr;
};

TEST_F(HealthTest, CheckTellsWhatIsSetAndWhatIsUnknown) {
  Start();
  EXPECT_EQ(Check(""), "SERVING");
  EXPECT_EQ(Check(kGreeter), "SERVING");
  EXPECT_EQ(Check(hawkmount::kLiveService), "SERVING");
  EXPECT_EQ(Check("acme.Nobody"), "NOT_FOUND");
  EXPECT_FALSE(health_.IsServing("acme.Nobody"));

  health_.SetServing(kGreeter, false);
  EXPECT_EQ(Check(kGreeter), "NOT_SERVING");
  EXPECT_EQ(Check(""), "SERVING");
  EXPECT_FALSE(health_.IsServing(kGreeter));

  health_.SetServing("database", true);
  EXPECT_EQ(Check("database"), "SERVING");
  EXPECT_TRUE(health_.IsServing("database"));
}

TEST_F(HealthTest, NothingServesBeforeTheStartButTheProcess) {
  EXPECT_FALSE(health_.IsServing(""));
  EXPECT_TRUE(health_.IsServing(hawkmount::kLiveService));
}

// H-B17 and the keys of H60.
TEST_F(HealthTest, ADrainFreezesAllButLife) {
  Start();
  health_.SetServing("late", false);
  board_->SetDraining();
  health_.SetServing(kGreeter, true);
  health_.SetServing("new", true);
  for (const char* service : {"", kGreeter, "late"}) {
    EXPECT_EQ(Check(service), "NOT_SERVING") << service;
  }
  EXPECT_EQ(Check("new"), "NOT_FOUND");
  EXPECT_EQ(Check(hawkmount::kLiveService), "SERVING");

  // And again, after a restart, with what was said before.
  board_->Begin({kGreeter});
  EXPECT_EQ(Check(kGreeter), "SERVING");
  EXPECT_EQ(Check("late"), "NOT_SERVING");
}

TEST_F(HealthTest, ListTellsAllUpToAHundred) {
  Start();
  health_.SetServing(kGreeter, false);
  auto list = List();
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->statuses_size(), 3);
  using Own = hawkmount::health::HealthCheckResponse;
  EXPECT_EQ(list->statuses().at("").status(), Own::SERVING);
  EXPECT_EQ(list->statuses().at(kGreeter).status(), Own::NOT_SERVING);
  EXPECT_EQ(list->statuses().at("hawkmount.live").status(), Own::SERVING);

  for (int i = 3; i < 100; ++i) {
    health_.SetServing("service " + std::to_string(i), true);
  }
  list = List();
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->statuses_size(), 100);
  health_.SetServing("one more", true);
  EXPECT_EQ(List().status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(HealthTest, AWatchHearsEachChangeOnce) {
  Start();
  auto stream = HealthClient(Connect()).Watch(Of(kGreeter));
  EXPECT_EQ(Next(stream), "SERVING");
  health_.SetServing(kGreeter, true);  // no change
  health_.SetServing("", false);       // somebody else's
  health_.SetServing(kGreeter, false);
  EXPECT_EQ(Next(stream), "NOT_SERVING");
  health_.SetServing(kGreeter, false);
  health_.SetServing(kGreeter, true);
  EXPECT_EQ(Next(stream), "SERVING");
  board_->SetDraining();
  board_->EndWatches();
  EXPECT_EQ(Next(stream), "NOT_SERVING");
  EXPECT_EQ(Next(stream), "END");
  EXPECT_EQ(stream.Finish().code(), absl::StatusCode::kUnavailable);
}

TEST_F(HealthTest, AWatchOfTheUnknownStaysOpen) {
  Start();
  {
    auto stream = HealthClient(Connect()).Watch(Of("acme.Later"));
    EXPECT_EQ(Next(stream), "SERVICE_UNKNOWN");
    EXPECT_EQ(Check("acme.Later"), "NOT_FOUND");
    health_.SetServing("acme.Later", true);
    EXPECT_EQ(Next(stream), "SERVING");
  }
  auto stream = HealthClient(Connect()).Watch(Of("acme.Never"));
  EXPECT_EQ(Next(stream), "SERVICE_UNKNOWN");
  stream.Cancel();
  EXPECT_EQ(stream.Finish().code(), absl::StatusCode::kCancelled);
}

// H61, H-B23: health follows the checks.
TEST_F(HealthTest, ReadinessChecksCount) {
  std::atomic<bool> ready = false;
  Start([&ready] { return ready.load(); });
  EXPECT_EQ(Check(""), "NOT_SERVING");
  EXPECT_EQ(Check(kGreeter), "NOT_SERVING");
  EXPECT_EQ(Check(hawkmount::kLiveService), "SERVING");
  auto stream = HealthClient(Connect()).Watch(Of(kGreeter));
  EXPECT_EQ(Next(stream), "NOT_SERVING");
  ready = true;
  EXPECT_EQ(Next(stream), "SERVING");  // by itself
  EXPECT_EQ(Check(""), "SERVING");
  health_.SetServing("", false);
  EXPECT_EQ(Check(""), "NOT_SERVING");
}

TEST_F(HealthTest, ACheckThatHangsHoldsNobodyElse) {
  std::promise<void> end;
  std::shared_future<void> ended = end.get_future().share();
  Start([ended] {
    ended.wait();
    return true;
  });
  EXPECT_EQ(Check("", 1s), "DEADLINE_EXCEEDED");
  EXPECT_EQ(Check("acme.Nobody"), "NOT_FOUND");
  EXPECT_EQ(Check(hawkmount::kLiveService), "SERVING");
  board_->SetDraining();
  EXPECT_EQ(Check(""), "NOT_SERVING");
  end.set_value();
}

// A thousand streams, which share the event threads, through flips and the end.
class WatchStorm : public HealthTest {
 protected:
  void Open() {
    for (int i = 0; i < 10; ++i) {
      const HealthClient client(Connect());
      // The first of a connection, before the others make threads of gRPC's.
      for (int k = 0; k < 100; ++k) {
        streams_.push_back(client.Watch(Of(k % 2 == 0 ? kGreeter : "")));
      }
    }
    ExpectAll("SERVING");
  }

  void ExpectAll(const std::string& status) {
    for (auto& stream : streams_) ASSERT_EQ(Next(stream), status);
  }

  void SetBoth(bool serving) {
    health_.SetServing(kGreeter, serving);
    health_.SetServing("", serving);
  }

  std::vector<HealthClient::WatchStream> streams_;
};

TEST_F(WatchStorm, AllHearAllAndNoneHasAThread) {
  Start();
  const size_t before = Threads();
  Open();
  EXPECT_LT(Threads(), before + 100);
  for (int i = 0; i < 5; ++i) {
    SetBoth(false);
    ExpectAll("NOT_SERVING");
    SetBoth(true);
    ExpectAll("SERVING");
  }
  board_->SetDraining();
  board_->EndWatches();
  const absl::Status stopped = app_->Shutdown(60s);
  EXPECT_TRUE(stopped.ok()) << stopped;
  ExpectAll("NOT_SERVING");
  for (auto& stream : streams_) {
    EXPECT_EQ(stream.Finish().code(), absl::StatusCode::kUnavailable);
  }
}

TEST_F(WatchStorm, FlipsCancelsAndADrainAtOnce) {
  Start([] { return true; });
  Open();
  std::atomic<bool> over = false;
  std::thread flips([&] {
    for (bool serving = false; !over; serving = !serving) SetBoth(serving);
  });
  for (size_t i = 0; i < streams_.size(); i += 3) streams_[i].Cancel();
  for (size_t i = 1; i < streams_.size(); i += 3) Next(streams_[i]);
  board_->SetDraining();
  board_->EndWatches();
  const absl::Status stopped = app_->Shutdown(60s);
  EXPECT_TRUE(stopped.ok()) << stopped;
  over = true;
  flips.join();
  for (auto& stream : streams_) EXPECT_FALSE(stream.Finish().ok());
}

// Without a word to those who watch.
TEST_F(HealthTest, WatchesEndWithTheGrace) {
  Start();
  auto stream = HealthClient(Connect()).Watch(Of(kGreeter));
  EXPECT_EQ(Next(stream), "SERVING");
  const absl::Status stopped = app_->Shutdown(0ms);
  EXPECT_TRUE(stopped.ok()) << stopped;
  EXPECT_EQ(Next(stream), "END");
  EXPECT_FALSE(stream.Finish().ok());
  // It is gone from the board, which can be used on.
  health_.SetServing(kGreeter, false);
  EXPECT_FALSE(health_.IsServing(kGreeter));
}

}  // namespace
}  // namespace e2e
