// Mounts in a server that is somebody else's, beside services written by hand.

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "handlers.h"
#include "http_client.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

// A service by hand: it answers everything with what it was sent.
class ByHand final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext*) override {
    class Reactor final : public grpc::ServerGenericBidiReactor {
     public:
      Reactor() { StartRead(&buffer_); }
      void OnReadDone(bool ok) override {
        ok ? StartWrite(&buffer_) : Finish(grpc::Status::OK);
      }
      void OnWriteDone(bool ok) override {
        ok ? Finish(grpc::Status::OK) : Finish(grpc::Status::CANCELLED);
      }
      void OnDone() override { delete this; }

     private:
      grpc::ByteBuffer buffer_;
    };
    return new Reactor();
  }
};

class RegisterTest : public testing::Test {
 protected:
  RegisterTest() {
    builder_.AddListeningPort(
        "127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder_.RegisterCallbackGenericService(&by_hand_);
  }

  ByHand by_hand_;
  CoroutineGreeter coroutine_;
  BlockingGreeter blocking_;
  int port_ = 0;
  grpc::ServerBuilder builder_;
};

TEST_F(RegisterTest, ServesObservedBesideServicesByHand) {
  std::unique_ptr<hawkmount::App> app =
      GreeterMount(coroutine_).Register(builder_);
  std::unique_ptr<grpc::Server> server = builder_.BuildAndStart();
  ASSERT_NE(server, nullptr);
  const GreeterClient client = ClientOf(port_);
  Ledger ledger;
  for (int i = 0; i < 10; ++i) {
    SayHelloRequest request;
    request.set_name(i % 2 == 0 ? "Ada" : "fail");
    ledger.Add("SayHello", client.SayHello(request, {.timeout = 10s}).status());
  }
  auto chat = client.Chat({.timeout = 10s});
  EXPECT_TRUE(chat.Write(ChatRequest()));
  EXPECT_TRUE(chat.WritesDone());
  ChatResponse message;
  while (chat.Read(message)) {
  }
  ledger.Add("Chat", chat.Finish());
  CheckTruth(*app, ledger);
  // The other service is as it was.
  grpc::TemplatedGenericStub<SayHelloRequest, SayHelloRequest> stub(
      grpc::CreateChannel(
          "127.0.0.1:" + std::to_string(port_),
          grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  SayHelloRequest sent;
  sent.set_name("Bob");
  SayHelloRequest back;
  std::promise<grpc::Status> done;
  stub.UnaryCall(
      &context, "/by.Hand/Echo", {}, &sent, &back, [&](grpc::Status status) {
        done.set_value(status);
      });
  EXPECT_TRUE(done.get_future().get().ok());
  EXPECT_EQ(back.name(), "Bob");
  server->Shutdown();
  EXPECT_TRUE(app->Shutdown(5s).ok());
}

TEST_F(RegisterTest, SeveralMountsAndAnHttpPort) {
  hawkmount::App app(WithHttp());
  app.Register(GreeterMount(blocking_), builder_);
  ASSERT_TRUE(app.Start().ok());
  std::unique_ptr<grpc::Server> server = builder_.BuildAndStart();
  ASSERT_NE(server, nullptr);
  EXPECT_TRUE(
      ClientOf(port_).SayHello(SayHelloRequest(), {.timeout = 10s}).ok());
  server.reset();  // after that nothing is counted any more
  const Answer page = Get(app.http_port(), "/metrics");
  EXPECT_NE(
      page.body.find(
          "hawkapi_grpc_requests_total{" + MethodLabel("SayHello") +
          ",code=\"OK\"} 1"),
      std::string::npos)
      << page.body;
  EXPECT_TRUE(app.Shutdown(5s).ok());
}

TEST_F(RegisterTest, NeverBuilt) {
  std::unique_ptr<hawkmount::App> app =
      GreeterMount(coroutine_).Register(builder_);
  EXPECT_TRUE(app->Shutdown(60s).ok());
}

TEST_F(RegisterTest, BuiltInVain) {
  BothStyles other(Quiet());
  ASSERT_TRUE(other.app().Start().ok());
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(
      "127.0.0.1:" + std::to_string(other.Port(hawkmount::kBlocking)),
      grpc::InsecureServerCredentials());
  std::unique_ptr<hawkmount::App> app =
      GreeterMount(coroutine_).Register(builder);
  EXPECT_EQ(builder.BuildAndStart(), nullptr);
  EXPECT_TRUE(app->Shutdown(60s).ok());
}

TEST_F(RegisterTest, SaysWhenTheServerStillRuns) {
  std::unique_ptr<hawkmount::App> app =
      GreeterMount(coroutine_).Register(builder_);
  std::unique_ptr<grpc::Server> server = builder_.BuildAndStart();
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(app->Shutdown(100ms).code(), absl::StatusCode::kFailedPrecondition);
  app.reset();
  server.reset();
}

}  // namespace
}  // namespace e2e
