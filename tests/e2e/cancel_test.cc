// Calls that their callers give up: by a cancel, by a deadline, by vanishing.

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "handlers.h"
#include "oracle.h"

namespace e2e {
namespace {

using hawkmount::Style;
using namespace std::chrono_literals;

class CancelTest : public testing::TestWithParam<Style> {
 protected:
  CancelTest() : served_(Quiet()) { EXPECT_TRUE(served_.app().Start().ok()); }
  ~CancelTest() override {
    CheckTruth(served_.app(), ledger_);
    EXPECT_TRUE(served_.app().Shutdown(5s).ok());
  }

  // Waits for a call that its caller ended at its deadline to be counted, once.
  // A slow machine gives the server a later deadline than the caller's: it then
  // sees a cancel.
  void WaitForEnd(const std::string& method) {
    const auto count = [&](const char* code) {
      return Sample(
          served_.app(),
          "hawkapi_grpc_requests_total{" + MethodLabel(method) + ",code=\"" +
              code + "\"}");
    };
    double ended = 0;
    for (int i = 0; i < 12000 && ended == 0; ++i) {
      std::this_thread::sleep_for(5ms);
      ended = count("DEADLINE_EXCEEDED") + count("CANCELLED");
    }
    EXPECT_EQ(ended, 1) << method;
  }

  // Waits for a count of the server's.
  double WaitFor(const std::string& method, const std::string& code) {
    const std::string series = "hawkapi_grpc_requests_total{" +
                               MethodLabel(method) + ",code=\"" + code + "\"}";
    double count = 0;
    for (int i = 0; i < 12000 && count == 0; ++i) {
      std::this_thread::sleep_for(5ms);
      count = Sample(served_.app(), series);
    }
    return count;
  }

  BothStyles served_;
  Ledger ledger_;
};

TEST_P(CancelTest, DeadlinesAreDeadlineExceededWhateverTheHandlerReturns) {
  const GreeterClient client = served_.Client(GetParam());
  SayHelloRequest hello;
  // The connection stands before time counts, so that every call arrives.
  const absl::Status first = client.SayHello(hello, {.timeout = 60s}).status();
  EXPECT_TRUE(first.ok()) << first;
  ledger_.Add("SayHello", first);
  // All four side by side, with time enough to get there.
  constexpr auto kTime = 3s;
  CountRequest count;
  count.set_up_to(kWait);
  auto counting = client.Count(count, {.timeout = kTime});
  auto collecting = client.Collect({.timeout = kTime});
  CollectRequest name;
  name.set_name("wait");
  collecting.Write(name);
  auto chatting = client.Chat({.timeout = kTime});
  ChatRequest line;
  line.set_line("wait");
  chatting.Write(line);
  hello.set_name("wait");
  const absl::Status status =
      client.SayHello(hello, {.timeout = kTime}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  ledger_.Add("SayHello", status);

  const absl::Status counted = counting.Finish();
  EXPECT_EQ(counted.code(), absl::StatusCode::kDeadlineExceeded);
  ledger_.Add("Count", counted);

  const absl::Status collected = collecting.Finish().status();
  EXPECT_EQ(collected.code(), absl::StatusCode::kDeadlineExceeded);
  ledger_.Add("Collect", collected);

  const absl::Status chatted = chatting.Finish();
  EXPECT_EQ(chatted.code(), absl::StatusCode::kDeadlineExceeded);
  ledger_.Add("Chat", chatted);

  for (const char* method : {"SayHello", "Count", "Collect", "Chat"}) {
    WaitForEnd(method);
  }
}

// The server's own clock, with a caller that does not watch its deadline.
TEST_P(CancelTest, ADeadlineThatOnlyTheServerWatches) {
  const auto channel = grpc::CreateChannel(
      "127.0.0.1:" + std::to_string(served_.Port(GetParam())),
      grpc::InsecureChannelCredentials());
  grpc::ClientContext context;
  context.AddMetadata("grpc-timeout", "50m");
  SayHelloRequest hello;
  SayHelloResponse response;
  hello.set_name("wait");
  const grpc::Status status = grpc::internal::BlockingUnaryCall(
      channel.get(),
      grpc::internal::RpcMethod(
          GreeterMethods::kSayHello.path.data(),
          grpc::internal::RpcMethod::NORMAL_RPC),
      &context,
      hello,
      &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(WaitFor("SayHello", "DEADLINE_EXCEEDED"), 1);
  ledger_.Add("SayHello", absl::DeadlineExceededError(""));
}

TEST_P(CancelTest, CancelsAreCancelled) {
  const GreeterClient client = served_.Client(GetParam());
  CountRequest count;
  count.set_up_to(100'000'000);
  {
    auto counting = client.Count(count);
    CountResponse number;
    EXPECT_TRUE(counting.Read(number));
    counting.Cancel();
    ledger_.Add("Count", counting.Finish());
  }
  {
    auto chatting = client.Chat();
    ChatRequest line;
    ChatResponse answer;
    line.set_line("wait");
    EXPECT_TRUE(chatting.Write(line));
    EXPECT_TRUE(chatting.Read(answer));
    chatting.Cancel();
    ledger_.Add("Chat", chatting.Finish());
  }
  {
    auto collecting = client.Collect();
    CollectRequest name;
    name.set_name("a");
    EXPECT_TRUE(collecting.Write(name));
    // Dropped without an end.
    ledger_.Add("Collect", absl::CancelledError());
  }
  for (const char* method : {"Count", "Collect", "Chat"}) {
    EXPECT_EQ(WaitFor(method, "CANCELLED"), 1) << method;
  }
}

TEST_P(CancelTest, ManyCancelsAtOddMoments) {
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const GreeterClient client = served_.Client(GetParam());
      for (int i = 0; i < 40; ++i) {
        auto chatting = client.Chat({.timeout = 5s});
        ChatRequest line;
        ChatResponse answer;
        line.set_line("x");
        std::thread canceller([&, i, t] {
          std::this_thread::sleep_for(std::chrono::microseconds(i * 50 + t));
          chatting.Cancel();
        });
        while (chatting.Write(line) && chatting.Read(answer)) {
        }
        canceller.join();
        ledger_.Add("Chat", chatting.Finish());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

INSTANTIATE_TEST_SUITE_P(
    Styles,
    CancelTest,
    testing::Values(hawkmount::kBlocking, hawkmount::kCoroutine),
    [](const auto& info) {
      return info.param == hawkmount::kBlocking ? "Blocking" : "Coroutine";
    });

}  // namespace
}  // namespace e2e
