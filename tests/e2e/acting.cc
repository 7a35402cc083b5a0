#include "acting.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "hawkmount/await.h"
#include "oracle.h"

namespace e2e {

using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 20s;

class BlockingActor final : public GreeterHandler {
 public:
  explicit BlockingActor(Act act) : act_(std::move(act)) {}

  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest&,
      SayHelloResponse&) override {
    return act_(context);
  }
  absl::Status Count(
      CountContext& context,
      const CountRequest&,
      CountStream& stream) override {
    stream.Write(CountResponse());
    return act_(context);
  }
  absl::Status Collect(
      CollectContext& context,
      CollectStream& stream,
      CollectResponse&) override {
    CollectRequest request;
    EXPECT_TRUE(stream.Read(request));
    return act_(context);
  }
  absl::Status Chat(ChatContext& context, ChatStream& stream) override {
    ChatRequest request;
    EXPECT_TRUE(stream.Read(request));
    stream.Write(ChatResponse());
    return act_(context);
  }

 private:
  const Act act_;
};

class CoroutineActor final : public GreeterHandler {
 public:
  explicit CoroutineActor(Act act) : act_(std::move(act)) {}

  hawkmount::Task SayHelloAsync(
      SayHelloContext& context,
      const SayHelloRequest&,
      SayHelloResponse&) override {
    co_return act_(context);
  }
  hawkmount::Task CountAsync(
      CountContext& context,
      const CountRequest&,
      CountAsyncStream& stream) override {
    co_await stream.Write(CountResponse());
    co_return act_(context);
  }
  hawkmount::Task CollectAsync(
      CollectContext& context,
      CollectAsyncStream& stream,
      CollectResponse&) override {
    CollectRequest request;
    const bool read = co_await stream.Read(request);
    EXPECT_TRUE(read);
    co_return act_(context);
  }
  hawkmount::Task ChatAsync(
      ChatContext& context, ChatAsyncStream& stream) override {
    ChatRequest request;
    const bool read = co_await stream.Read(request);
    EXPECT_TRUE(read);
    co_await stream.Write(ChatResponse());
    co_return act_(context);
  }

 private:
  const Act act_;
};

hawkmount::AppOptions WithLog(
    hawkmount::AppOptions options,
    std::shared_ptr<std::vector<std::string>>& lines) {
  options.logger = KeepLines(lines);
  return options;
}

}  // namespace

absl::Status Unshared(const absl::Status& status) {
  absl::Status own(status.code(), status.message());
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    own.SetPayload(type, absl::Cord(std::string(payload)));
  });
  return own;
}

Act Turns::In(Act act) {
  return [this, act = std::move(act)](hawkmount::Context& context) {
    struct Turn {
      Turns* turns;
      ~Turn() { turns->Take(); }
    };
    Take();
    const Turn until_the_end{this};
    return Unshared(act(context));
  };
}

std::unique_ptr<GreeterHandler> MakeActor(hawkmount::Style style, Act act) {
  if (style == hawkmount::kBlocking) {
    return std::make_unique<BlockingActor>(std::move(act));
  }
  return std::make_unique<CoroutineActor>(std::move(act));
}

Stage::Stage(hawkmount::Style style, Act act, hawkmount::AppOptions options)
    : handler_(MakeActor(style, turns_.In(std::move(act)))),
      app_(WithLog(std::move(options), lines_)),
      mount_(&app_.Mount(
          GreeterMount(
              *handler_,
              {.SayHello = style,
               .Count = style,
               .Collect = style,
               .Chat = style}),
          {.host = "127.0.0.1", .port = 0})) {}

Stage::~Stage() { EXPECT_TRUE(app_.Shutdown(5s).ok()); }

void Stage::Start() {
  if (started_) return;
  started_ = true;
  const absl::Status status = app_.Start();
  EXPECT_TRUE(status.ok()) << status;
}

int Stage::port() {
  Start();
  return mount_->port();
}

absl::Status Stage::Call(
    std::string_view method, hawkmount::ResponseMetadata* metadata) {
  turns_.Take();
  absl::Status status = CallOnce(method, metadata);
  turns_.Take();
  return status;
}

absl::Status Stage::CallOnce(
    std::string_view method, hawkmount::ResponseMetadata* metadata) {
  GreeterClient client = ClientOf(port());
  const hawkmount::CallOptions options{
      .timeout = kPatience, .response_metadata = metadata};
  if (method == "SayHello") {
    return client.SayHello(SayHelloRequest(), options).status();
  }
  if (method == "Count") {
    auto stream = client.Count(CountRequest(), options);
    CountResponse response;
    EXPECT_TRUE(stream.Read(response));
    EXPECT_FALSE(stream.Read(response));
    return stream.Finish();
  }
  if (method == "Collect") {
    auto stream = client.Collect(options);
    EXPECT_TRUE(stream.Write(CollectRequest()));
    return stream.Finish().status();
  }
  auto stream = client.Chat(options);
  EXPECT_TRUE(stream.Write(ChatRequest()));
  ChatResponse response;
  EXPECT_TRUE(stream.Read(response));
  EXPECT_FALSE(stream.Read(response));
  return stream.Finish();
}

double Stage::Sample(const std::string& family, std::string_view method) {
  EXPECT_TRUE(app_.Shutdown(5s).ok());
  return e2e::Sample(
      app_,
      "hawkapi_grpc_" + family + "{" + MethodLabel(std::string(method)) + "}");
}

const std::vector<std::string>& Stage::Lines() {
  EXPECT_TRUE(app_.Shutdown(5s).ok());
  return *lines_;
}

}  // namespace e2e
