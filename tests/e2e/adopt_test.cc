// Services that were written by hand over gRPC's own generated code, in an App.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "greeter.grpc.pb.h"
#include "grpc/health/v1/health.hawkmount.pb.h"
#include "handlers.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using grpc::health::v1::HealthCheckResponse;

const hawkmount::MountOptions kFreePort = {.host = "127.0.0.1", .port = 0};

// Waits for `release` when the name is "wait", whatever becomes of the call.
class BlockingByHand final : public Greeter::Service {
 public:
  grpc::Status SayHello(
      grpc::ServerContext*,
      const SayHelloRequest* request,
      SayHelloResponse* response) override {
    if (request->name() == "wait") {
      entered.set_value();
      release->get_future().wait();
      returned = true;
    }
    response->set_greeting("by hand");
    return grpc::Status::OK;
  }

  std::promise<void> entered;
  // Of those who set it, too.
  const std::shared_ptr<std::promise<void>> release =
      std::make_shared<std::promise<void>>();
  static inline std::atomic<bool> returned = false;
};

class CallbackByHand final : public Greeter::CallbackService {
 public:
  grpc::ServerUnaryReactor* SayHello(
      grpc::CallbackServerContext* context,
      const SayHelloRequest*,
      SayHelloResponse* response) override {
    response->set_greeting("by callback");
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

std::string Greet(int port) {
  const auto answer = ClientOf(port).SayHello({}, {.timeout = 20s});
  return answer.ok() ? answer->greeting()
                     : std::string(answer.status().message());
}

absl::StatusOr<HealthCheckResponse> HealthOf(int port) {
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(Greeter::service_full_name());
  return grpc::health::v1::HealthClient(
             hawkmount::Channel::Insecure("127.0.0.1:" + std::to_string(port)))
      .Check(request, {.timeout = 20s});
}

TEST(AdoptTest, ServicesOfBothKindsBesideAMount) {
  CoroutineGreeter greeter;
  hawkmount::App app(Quiet());
  auto& blocking = app.Add(
      Greeter::service_full_name(),
      std::make_unique<BlockingByHand>(),
      kFreePort);
  auto& callback = app.Add(
      Greeter::service_full_name(),
      std::make_unique<CallbackByHand>(),
      kFreePort);
  auto& mount = app.Mount(GreeterMount(greeter), kFreePort);
  for (int i = 0; i < 3; ++i) {
    const absl::Status started = app.Start();
    ASSERT_TRUE(started.ok()) << started;
    EXPECT_EQ(Greet(blocking.port()), "by hand");
    EXPECT_EQ(Greet(callback.port()), "by callback");
    EXPECT_EQ(Greet(mount.port()), "Hello, ");
    const auto health = HealthOf(blocking.port());
    ASSERT_TRUE(health.ok()) << health.status();
    EXPECT_EQ(health->status(), HealthCheckResponse::SERVING);
    const absl::Status stopped = app.Shutdown(10s);
    EXPECT_TRUE(stopped.ok()) << stopped;
  }
  // Of the three, the mount alone counts.
  EXPECT_EQ(
      Sample(
          app,
          "hawkapi_grpc_requests_total{" + MethodLabel("SayHello") +
              ",code=\"OK\"}"),
      3);
}

TEST(AdoptTest, CallsInFlightHaveTheGrace) {
  hawkmount::App app(Quiet());
  auto service = std::make_unique<BlockingByHand>();
  BlockingByHand& by_hand = *service;
  auto& mount =
      app.Add(Greeter::service_full_name(), std::move(service), kFreePort);
  ASSERT_TRUE(app.Start().ok());
  auto answer = std::async(std::launch::async, [&] {
    SayHelloRequest request;
    request.set_name("wait");
    return ClientOf(mount.port()).SayHello(request, {.timeout = 60s}).status();
  });
  by_hand.entered.get_future().wait();
  auto stopped =
      std::async(std::launch::async, [&] { return app.Shutdown(60s); });
  while (mount.server() != nullptr) std::this_thread::yield();
  by_hand.release->set_value();
  EXPECT_TRUE(answer.get().ok());
  EXPECT_TRUE(stopped.get().ok());
}

// gRPC's own shutdown would wait for ever.
TEST(AdoptTest, AStuckHandlerIsNamedAndLeftBehind) {
  BlockingByHand::returned = false;
  auto service = std::make_unique<BlockingByHand>();
  BlockingByHand& by_hand = *service;
  const auto release = by_hand.release;
  std::thread caller;
  {
    hawkmount::App app(Quiet());
    auto& mount =
        app.Add(Greeter::service_full_name(), std::move(service), kFreePort);
    ASSERT_TRUE(app.Start().ok());
    caller = std::thread([client = ClientOf(mount.port())] {
      SayHelloRequest request;
      request.set_name("wait");
      EXPECT_FALSE(client.SayHello(request, {.timeout = 60s}).ok());
    });
    by_hand.entered.get_future().wait();
    const absl::Status stopped = app.Shutdown(100ms);
    EXPECT_EQ(stopped.code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_NE(
        stopped.message().find(Greeter::service_full_name()),
        absl::string_view::npos)
        << stopped;
  }
  EXPECT_FALSE(BlockingByHand::returned);
  // The service is still there for it, though the app is not.
  release->set_value();
  caller.join();
  EXPECT_TRUE(AreGone("hawkmount-left"));
  EXPECT_TRUE(BlockingByHand::returned);
}

TEST(AdoptTest, NullAndTwiceAreRefused) {
  hawkmount::App none(Quiet());
  none.Add("acme.Nobody", nullptr, kFreePort);
  const absl::Status refused = none.Start();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(refused.message().find("acme.Nobody"), absl::string_view::npos);

  CoroutineGreeter greeter;
  hawkmount::App twice(Quiet());
  hawkmount::MountOptions together = kFreePort;
  together.group = "one";
  twice.Mount(GreeterMount(greeter), together);
  twice.Add(
      Greeter::service_full_name(),
      std::make_unique<CallbackByHand>(),
      together);
  EXPECT_EQ(twice.Start().code(), absl::StatusCode::kInvalidArgument);
}

TEST(AdoptTest, TheBuildersHookComesLast) {
  // The last word on a size that an option has set, and a service besides.
  CallbackByHand by_hand;
  int asked = 0;
  hawkmount::App app(Quiet());
  hawkmount::MountOptions options = kFreePort;
  options.group = "one";
  options.max_receive_message_size = 1000;
  options.configure = [&](grpc::ServerBuilder& builder) {
    ++asked;
    builder.SetMaxReceiveMessageSize(2000);
    builder.RegisterService(&by_hand);
  };
  auto& handle =
      app.Add("acme.Other", std::make_unique<grpc::Service>(), options);
  for (int i = 1; i <= 2; ++i) {
    ASSERT_TRUE(app.Start().ok());
    EXPECT_EQ(asked, i);
    const GreeterClient client = ClientOf(handle.port());
    SayHelloRequest request;
    request.set_name(std::string(1500, 'x'));
    EXPECT_TRUE(client.SayHello(request, {.timeout = 20s}).ok());
    request.set_name(std::string(2500, 'x'));
    EXPECT_EQ(
        client.SayHello(request, {.timeout = 20s}).status().code(),
        absl::StatusCode::kResourceExhausted);
    EXPECT_TRUE(app.Shutdown(10s).ok());
  }
}

}  // namespace
}  // namespace e2e
