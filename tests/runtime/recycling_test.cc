// The engine keeps the messages of a call for the next one of its method: they
// must come back empty, and not with the memory of a giant.

#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "engine/message.h"
#include "greeter.hawkmount.pb.h"
#include "hawkmount/app.h"

namespace hawkmount {
namespace {

using namespace acme::greeter::v1;  // NOLINT: the service under test

// Notes what each call finds, and leaves something behind.
class NotingGreeter : public GreeterHandler {
 public:
  struct Noted {
    const void* request;
    const void* response;
    size_t capacity;  // of the request's string
    size_t response_capacity;
    std::string greeting;  // what the response holds when the call begins
  };
  // Any thread.
  Noted noted() const {
    std::lock_guard lock(mutex_);
    return noted_;
  }

 protected:
  absl::Status Answer(
      const SayHelloRequest& request, SayHelloResponse& answer) {
    std::lock_guard lock(mutex_);
    noted_ = {
        &request,
        &answer,
        request.name().capacity(),
        answer.greeting().capacity(),
        answer.greeting()};
    const bool huge = request.name() == "huge answer";
    answer.set_greeting(
        std::string(huge ? 2 * engine::kKeptMessageBytes : 100, 'a'));
    return absl::OkStatus();
  }

 private:
  mutable std::mutex mutex_;
  Noted noted_;
};

class BlockingNoter final : public NotingGreeter {
 public:
  absl::Status SayHello(
      SayHelloContext&,
      const SayHelloRequest& request,
      SayHelloResponse& response) override {
    return Answer(request, response);
  }
};

class CoroutineNoter final : public NotingGreeter {
 public:
  hawkmount::Task SayHelloAsync(
      SayHelloContext&,
      const SayHelloRequest& request,
      SayHelloResponse& response) override {
    co_return Answer(request, response);
  }
};

template <class Handler>
class RecyclingTest : public testing::Test {
 protected:
  RecyclingTest()
      : app_(
            {.event_threads = 1,
             .logger = std::make_shared<spdlog::logger>(
                 "quiet", std::make_shared<spdlog::sinks::null_sink_mt>())}),
        mount_(app_.Mount(
            GreeterMount(handler_), {.host = "127.0.0.1", .port = 0})) {}

  void SetUp() override {
    ASSERT_TRUE(app_.Start().ok());
    client_.emplace(
        Channel::Insecure("127.0.0.1:" + std::to_string(mount_.port())));
    // The first call tells how large the coroutine's frame is: only those after
    // it are made with room for one, and kept.
    Call("first");
  }
  void TearDown() override {
    EXPECT_TRUE(app_.Shutdown(std::chrono::seconds(5)).ok());
  }

  NotingGreeter::Noted Call(std::string name) {
    SayHelloRequest request;
    request.set_name(std::move(name));
    const auto response = client_->SayHello(request);
    EXPECT_TRUE(response.ok()) << response.status();
    // The client hears of the end a little before the call is recycled. The
    // one event thread counts it then, before it takes another call.
    const std::string counted =
        "hawkapi_grpc_requests_total{method=\"/acme.greeter.v1.Greeter/"
        "SayHello\",code=\"OK\"} " +
        std::to_string(++calls_) + "\n";
    for (int i = 0; i < 6000 && !IsSaid(counted); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_TRUE(IsSaid(counted)) << counted;
    return handler_.noted();
  }

  bool IsSaid(const std::string& line) const {
    return app_.MetricsText().find(line) != std::string::npos;
  }

  Handler handler_;
  App app_;
  MountHandle& mount_;
  std::optional<GreeterClient> client_;
  int calls_ = 0;
};

using Handlers = testing::Types<BlockingNoter, CoroutineNoter>;
TYPED_TEST_SUITE(RecyclingTest, Handlers);

TYPED_TEST(RecyclingTest, MessagesComeBackEmptyWithTheirMemory) {
  const auto first = this->Call(std::string(1000, 'x'));
  const auto second = this->Call("");
  EXPECT_EQ(second.request, first.request);
  EXPECT_EQ(second.response, first.response);
  EXPECT_EQ(second.greeting, "");
  EXPECT_GE(second.capacity, 1000u);
  EXPECT_GE(second.response_capacity, 100u);
}

TYPED_TEST(RecyclingTest, AHugeRequestIsNotKept) {
  this->Call(std::string(2 * engine::kKeptMessageBytes, 'x'));
  EXPECT_LT(this->Call("").capacity, engine::kKeptMessageBytes);
}

TYPED_TEST(RecyclingTest, AHugeAnswerIsNotKept) {
  this->Call("huge answer");
  const auto next = this->Call("");
  EXPECT_EQ(next.greeting, "");
  EXPECT_LT(next.response_capacity, engine::kKeptMessageBytes);
}

TYPED_TEST(RecyclingTest, ManyCallsOneAfterAnotherUseOneObject) {
  const auto first = this->Call("first");
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(this->Call("next").request, first.request);
  }
}

}  // namespace
}  // namespace hawkmount
