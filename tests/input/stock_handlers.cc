// What handlers and callers can do to gRPC alone.

#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <future>
#include <iostream>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "stock.h"

namespace stock {
namespace {

using acme::greeter::v1::ChatRequest;
using acme::greeter::v1::ChatResponse;
using acme::greeter::v1::CountRequest;
using acme::greeter::v1::CountResponse;
using acme::greeter::v1::SayHelloRequest;
using acme::greeter::v1::SayHelloResponse;
using testing::ExitedWithCode;

constexpr auto kPatience = std::chrono::minutes(1);

class StockHandlersTest : public testing::Test {
 protected:
  // Children begin anew: what they leave running is theirs.
  StockHandlersTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

std::string SayHello(
    Greeter::Stub& stub, std::chrono::seconds time = kPatience) {
  grpc::ClientContext context;
  GiveTime(context, time);
  SayHelloResponse response;
  const grpc::Status status = stub.SayHello(&context, {}, &response);
  return std::to_string(status.error_code()) + ":" + status.error_message();
}

// So many handlers are begun; they wait until the process ends.
template <int kHandlers>
class Waiting final : public Greeter::Service {
 public:
  grpc::Status SayHello(
      grpc::ServerContext*,
      const SayHelloRequest*,
      SayHelloResponse*) override {
    return Wait();
  }
  grpc::Status Count(
      grpc::ServerContext*,
      const CountRequest*,
      grpc::ServerWriter<CountResponse>*) override {
    return Wait();
  }

  std::latch begun{kHandlers};

 private:
  grpc::Status Wait() {
    begun.count_down();
    never_.wait();
    return grpc::Status::OK;
  }

  std::latch never_{1};
};

int Threads() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "Threads:") {
  }
  int threads = 0;
  status >> threads;
  return threads;
}

[[noreturn]] void StopWhileAHandlerIsStuck() {
  Served<Waiting<1>> served;
  auto caller = std::async([&] { return SayHello(*served.stub); });
  served.service.begun.wait();
  std::promise<void> stopped;
  std::thread([&] {
    served.server->Shutdown(
        std::chrono::system_clock::now() + std::chrono::milliseconds(100));
    stopped.set_value();
  }).detach();
  // The deadline has come when the caller hears of it.
  std::cerr << caller.get();
  const auto waited = stopped.get_future().wait_for(std::chrono::seconds(2));
  std::cerr << (waited == std::future_status::timeout ? " holds" : " ends");
  std::_Exit(0);
}

TEST_F(StockHandlersTest, AHandlerThatNeverReturnsHoldsShutdown) {
  EXPECT_EXIT(StopWhileAHandlerIsStuck(), ExitedWithCode(0), "(1|14):.* holds");
}

[[noreturn]] void OpenStreams() {
  constexpr int kStreams = 1000;
  Served<Waiting<kStreams>> served;
  const int before = Threads();
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<CountResponse>>> streams;
  for (int i = 0; i < kStreams; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    streams.push_back(served.stub->Count(contexts.back().get(), {}));
  }
  served.service.begun.wait();
  std::cerr << (Threads() - before >= kStreams - 10 ? "a thread each" : "few");
  std::_Exit(0);
}

TEST_F(StockHandlersTest, EachOpenStreamIsAThread) {
  EXPECT_EXIT(OpenStreams(), ExitedWithCode(0), "a thread each");
}

class Throwing final : public Greeter::CallbackService {
 public:
  grpc::ServerUnaryReactor* SayHello(
      grpc::CallbackServerContext*,
      const SayHelloRequest*,
      SayHelloResponse*) override {
    throw std::runtime_error("no");
  }

  // Throws when it has read.
  grpc::ServerBidiReactor<ChatRequest, ChatResponse>* Chat(
      grpc::CallbackServerContext*) override {
    struct Reactor : grpc::ServerBidiReactor<ChatRequest, ChatResponse> {
      Reactor() { StartRead(&request); }
      void OnReadDone(bool) override { throw std::runtime_error("no"); }
      void OnDone() override { delete this; }
      ChatRequest request;
    };
    return new Reactor;
  }
};

TEST_F(StockHandlersTest, ACallbackHandlerThatThrowsIsUnimplemented) {
  Served<Throwing> served;
  EXPECT_EQ(SayHello(*served.stub), "12:");
}

[[noreturn]] void ThrowInAReaction() {
  Served<Throwing> served;
  grpc::ClientContext context;
  GiveTime(context, std::chrono::seconds(3));
  const auto stream = served.stub->Chat(&context);
  stream->Write({});
  ChatResponse response;
  while (stream->Read(&response)) {
  }
  std::cerr << stream->Finish().error_code() << ":" << SayHello(*served.stub);
  std::_Exit(0);
}

TEST_F(StockHandlersTest, AReactionThatThrowsAnswersNobody) {
  EXPECT_EXIT(ThrowInAReaction(), ExitedWithCode(0), "4:12:");
}

class Twice final : public Greeter::CallbackService {
 public:
  grpc::ServerBidiReactor<ChatRequest, ChatResponse>* Chat(
      grpc::CallbackServerContext*) override {
    struct Reactor : grpc::ServerBidiReactor<ChatRequest, ChatResponse> {
      Reactor() { StartRead(&request); }
      void OnReadDone(bool) override {
        Finish(grpc::Status::OK);
        Finish(grpc::Status::OK);
      }
      void OnDone() override { delete this; }
      ChatRequest request;
    };
    return new Reactor;
  }
};

TEST_F(StockHandlersTest, ACallFinishedTwiceAborts) {
  EXPECT_DEATH(
      {
        Served<Twice> served;
        grpc::ClientContext context;
        GiveTime(context);
        const auto stream = served.stub->Chat(&context);
        stream->Write({});
        stream->Finish();
      },
      "assertion failed");
}

class Greeting final : public Greeter::Service {
 public:
  grpc::Status SayHello(
      grpc::ServerContext*,
      const SayHelloRequest*,
      SayHelloResponse*) override {
    return grpc::Status::OK;
  }
};

// What a message of these bytes is answered.
std::string SendBytes(int port, const std::string& bytes) {
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  grpc::ClientContext context;
  GiveTime(context);
  grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer> stub(
      ChannelTo(port));
  std::promise<grpc::Status> ended;
  stub.UnaryCall(
      &context,
      "/acme.greeter.v1.Greeter/SayHello",
      {},
      &request,
      &response,
      [&](const grpc::Status& status) { ended.set_value(status); });
  const grpc::Status status = ended.get_future().get();
  return std::to_string(status.error_code()) + ":" + status.error_message();
}

TEST_F(StockHandlersTest, BytesThatAreNoMessageAreInternalWithoutAWord) {
  const Served<Greeting> served;
  EXPECT_EQ(SendBytes(served.port, "\n\003Ada"), "0:");
  EXPECT_EQ(SendBytes(served.port, "\n\177Ada"), "13:");
  EXPECT_EQ(SendBytes(served.port, "\n\003\377da"), "13:");
}

}  // namespace
}  // namespace stock
