// What other systems promise of their interceptors, and what theirs miss: see
// the ids.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acting.h"
#include "calling.h"
#include "hawkmount/interceptor.h"
#include "hawkmount/status.h"
#include "hawkmount/testing.h"
#include "lists.hawkmount.pb.h"
#include "oracle.h"

namespace e2e {
namespace {

using hawkmount::Context;
using hawkmount::Decision;
using hawkmount::Style;
using hawkmount::testing::LogCapture;
using hawkmount::testing::MetricsSnapshot;
using namespace std::chrono_literals;

const hawkmount::Method& MethodOf(std::string_view name) {
  for (const hawkmount::Method* each :
       {&GreeterMethods::kSayHello,
        &GreeterMethods::kCount,
        &GreeterMethods::kCollect}) {
    if (each->name() == name) return *each;
  }
  return GreeterMethods::kChat;
}

// What an interceptor saw of one call.
struct Seen {
  std::string path;
  hawkmount::MethodKind kind{};
  std::string sent;
  std::string request_id;
  int received = 0;
  int responses = 0;
  int ends = 0;
  absl::Status status;
};

// The same class for all kinds and both styles.
class Seeing {
 public:
  explicit Seeing(absl::Status refusal = absl::OkStatus())
      : refusal_(std::move(refusal)) {}

  absl::Status Before(Context& context) {
    std::lock_guard lock(mutex_);
    seen_.path = std::string(context.method().path);
    seen_.kind = context.method().kind;
    seen_.sent = std::string(context.metadata().Find("x-sent").value_or(""));
    seen_.request_id = std::string(context.request_id());
    return Unshared(refusal_);
  }
  void OnReceive(Context&, const auto&) {
    std::lock_guard lock(mutex_);
    ++seen_.received;
  }
  void OnSend(Context&, const auto&) {
    std::lock_guard lock(mutex_);
    ++seen_.responses;
  }
  void After(Context&, absl::Status& status) {
    std::lock_guard lock(mutex_);
    seen_.status = Unshared(status);
    ++seen_.ends;
  }
  Seen seen() const {
    std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  const absl::Status refusal_;
  mutable std::mutex mutex_;
  Seen seen_;
};

class OriginsTest
    : public testing::TestWithParam<std::tuple<Style, std::string_view>> {
 protected:
  std::string name() const { return std::string(std::get<1>(GetParam())); }
  const hawkmount::Method& method() const { return MethodOf(name()); }
  bool SendsOne() const { return name() == "SayHello" || name() == "Collect"; }

  // A server whose handlers act, inside of an interceptor.
  void Serve(Act act, Seeing& seeing) {
    const Style style = std::get<0>(GetParam());
    handler_ = MakeActor(style, turns_.In(std::move(act)));
    hawkmount::AppOptions options;
    options.logger = log_.logger();
    const GreeterStyles styles{
        .SayHello = style, .Count = style, .Collect = style, .Chat = style};
    server_ = std::make_unique<hawkmount::testing::TestServer>(
        GreeterMount(*handler_, styles, std::ref(seeing)),
        hawkmount::testing::TestServerOptions{.app = options});
  }
  Got Call() {
    turns_.Take();
    Got got = CallAnd(
        GreeterClient(server_->channel()), name(), {{"x-sent", "this"}});
    turns_.Take();
    return got;
  }

  Turns turns_;
  LogCapture log_;
  std::unique_ptr<GreeterHandler> handler_;
  std::unique_ptr<hawkmount::testing::TestServer> server_;
};

// I4: what an interceptor refuses reaches the client as it is, and no handler.
// H19: what hawkmount does itself is outside of it, and counts and logs that.
TEST_P(OriginsTest, ARefusalReachesTheClientAndNoHandler) {
  std::atomic<int> handled{0};
  const absl::Status refusal = absl::FailedPreconditionError("not today");
  Seeing seeing(refusal);
  Serve(
      [&](Context&) {
        ++handled;
        return absl::OkStatus();
      },
      seeing);
  EXPECT_EQ(Call().status, refusal);
  const auto counted = MetricsSnapshot::Settled(server_->app());
  EXPECT_EQ(handled, 0);
  EXPECT_EQ(
      counted.Handled(method(), absl::StatusCode::kFailedPrecondition), 1);
  EXPECT_EQ(counted.Rejected(method(), hawkmount::Rejection::kInterceptor), 1);
  EXPECT_TRUE(
      log_.Await({{"event", "grpc.response"}, {"code", "FAILED_PRECONDITION"}})
          .has_value());
}

// P3: the method and what the caller sent are there before the call goes on.
// P8: so is the request id, the same for interceptor, handler and log.
// I5, I8: every message passes, whatever the handler reads and writes with.
TEST_P(OriginsTest, SeesTheWholeCall) {
  Seeing seeing;
  std::string id_of_handler;
  Serve(
      [&](Context& context) {
        id_of_handler = std::string(context.request_id());
        return absl::OkStatus();
      },
      seeing);
  const Got got = Call();
  EXPECT_TRUE(got.status.ok()) << got.status;
  const auto counted = MetricsSnapshot::Settled(server_->app());
  const Seen seen = seeing.seen();
  EXPECT_EQ(seen.path, method().path);
  EXPECT_EQ(seen.kind, method().kind);
  EXPECT_EQ(seen.sent, "this");
  EXPECT_EQ(seen.request_id, kRequestId);
  EXPECT_EQ(id_of_handler, kRequestId);
  EXPECT_TRUE(
      log_.Await({{"event", "grpc.response"}, {"request_id", kRequestId}})
          .has_value());
  EXPECT_EQ(seen.received, 1);
  EXPECT_EQ(seen.responses, 1);
  EXPECT_EQ(counted.MessagesReceived(method()), 1);
  EXPECT_EQ(counted.MessagesSent(method()), 1);
}

// I-B2, I-B3: the error of a stream is seen by whoever looks at the end of a
// call, as that of any other kind. P-B1, P-B2: whether it was returned or
// thrown.
// P5, P12, P-B3: its messages and its whole time are counted and logged, under
// its code.
TEST_P(OriginsTest, AFailureAfterAWhileIsSeenAndCounted) {
  Seeing seeing;
  const absl::Status failure = absl::NotFoundError("gone");
  bool throws = false;
  Serve(
      [&](Context&) {
        std::this_thread::sleep_for(30ms);
        if (throws) throw hawkmount::NotFoundError("gone");
        return failure;
      },
      seeing);
  EXPECT_EQ(Call().status, failure);
  MetricsSnapshot::Settled(server_->app());
  EXPECT_EQ(seeing.seen().status, failure);
  throws = true;
  EXPECT_EQ(Call().status, failure);
  const auto counted = MetricsSnapshot::Settled(server_->app());
  const Seen seen = seeing.seen();
  EXPECT_EQ(seen.ends, 2);
  EXPECT_EQ(seen.status, failure);
  // The one response of a call that fails is not sent.
  const int sent = SendsOne() ? 0 : 2;
  EXPECT_EQ(seen.received, 2);
  EXPECT_EQ(seen.responses, sent);
  EXPECT_EQ(counted.MessagesReceived(method()), 2);
  EXPECT_EQ(counted.MessagesSent(method()), sent);
  EXPECT_EQ(counted.Started(method()), 2);
  EXPECT_EQ(counted.Handled(method(), absl::StatusCode::kNotFound), 2);
  const std::string labels = "{" + MethodLabel(name()) + "}";
  EXPECT_EQ(counted.Value("request_duration_seconds_count" + labels), 2);
  EXPECT_GE(counted.Value("request_duration_seconds_sum" + labels), 0.06);
  const auto end =
      log_.Await({{"event", "grpc.response"}, {"code", "NOT_FOUND"}});
  ASSERT_TRUE(end.has_value());
  EXPECT_GE(std::stod(end->Field("duration_ms")), 30);
}

// I-B7, I-B8: nothing is sent again behind the caller's back, be it half of it
// or without a pause: a failure that could be tried again is the caller's to
// see.
TEST_P(OriginsTest, NothingIsSentTwice) {
  std::atomic<int> handled{0};
  Seeing seeing;
  const absl::Status failure = absl::UnavailableError("try again");
  Serve(
      [&](Context&) {
        ++handled;
        return failure;
      },
      seeing);
  EXPECT_EQ(Call().status, failure);
  EXPECT_EQ(MetricsSnapshot::Settled(server_->app()).Started(method()), 1);
  EXPECT_EQ(handled, 1);
}

INSTANTIATE_TEST_SUITE_P(
    Calls,
    OriginsTest,
    testing::Combine(
        testing::Values(hawkmount::kBlocking, hawkmount::kCoroutine),
        testing::ValuesIn(kMethods)),
    [](const auto& info) {
      const bool blocking = std::get<0>(info.param) == hawkmount::kBlocking;
      return std::string(std::get<1>(info.param)) +
             (blocking ? "Blocking" : "Coroutine");
    });

// I-B6: the end of a stream can be asked for without reading it.
TEST(OriginsOfClientsTest, AStreamNeedNotBeRead) {
  CoroutineGreeter greeter;
  const hawkmount::testing::TestServer server((GreeterMount(greeter)));
  CountRequest request;
  request.set_up_to(1000);
  auto stream =
      GreeterClient(server.channel()).Count(request, {.timeout = 60s});
  const absl::Status status = stream.Finish();
  EXPECT_TRUE(status.ok()) << status;
}

class ListsInOrder final : public acme::lists::v1::ListsHandler {
 public:
  using List = google::protobuf::ListValue;
  absl::Status Get(GetContext&, const List& request, List& response) override {
    if (request.values().empty()) throw hawkmount::NotFoundError("no list");
    response = request;
    return absl::OkStatus();
  }
};

// I-B1: a response that is a list is one message.
TEST(OriginsOfListsTest, AListIsNoStream) {
  using List = google::protobuf::ListValue;
  struct Adding {
    std::atomic<int> sent{0};
    void OnSend(Context&, List& list) {
      list.add_values()->set_string_value("last");
      ++sent;
    }
  };
  ListsInOrder handler;
  Adding adding;
  const hawkmount::testing::TestServer server(
      acme::lists::v1::ListsMount(handler, std::ref(adding)));
  const acme::lists::v1::ListsClient client(server.channel());
  List list;
  list.add_values()->set_string_value("first");
  const auto response = client.Get(list, {.timeout = 60s});
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->values_size(), 2);
  EXPECT_EQ(response->values(1).string_value(), "last");
  EXPECT_EQ(adding.sent, 1);
  EXPECT_EQ(
      client.Get(List(), {.timeout = 60s}).status(),
      absl::NotFoundError("no list"));
}

}  // namespace
}  // namespace e2e
