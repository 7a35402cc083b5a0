// Calls of all kinds to both styles of a truth_server, with all that clients do
// wrong, into a ledger.
//
//   truth_client BLOCKING_PORT COROUTINE_PORT SECONDS SEED LEDGER NAME

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/strings/str_join.h"
#include "deeds.h"
#include "handlers.h"
#include "ledger.h"
#include "unknown_method.h"

namespace {

using namespace std::chrono_literals;
using e2e::GreeterClient;
using std::chrono::steady_clock;

constexpr int kThreads = 12;

class Caller {
 public:
  Caller(const int (&ports)[2], truth::Ledger& ledger, unsigned seed)
      : ports_{ports[0], ports[1]}, ledger_(ledger), random_(seed) {}

  void CallOnce() {
    // Now and then a connection of its own, which is closed with the call.
    if (random_() % 50 == 0) channels_[random_() % 2].reset();
    auto& channel = channels_[random_() % 2];
    if (!channel) channel = Connect(ports_[&channel - channels_]);
    const hawkmount::CallOptions options{.timeout = Timeout()};
    switch (random_() % 9) {
      case 0:
        return Unknown(*channel, options);
      case 1:
      case 2:
        return Hello(GreeterClient(*channel), options);
      case 3:
      case 4:
        return Count(GreeterClient(*channel), options);
      case 5:
      case 6:
        return Collect(GreeterClient(*channel), options);
      default:
        return Chat(GreeterClient(*channel), options);
    }
  }

 private:
  static hawkmount::Channel Connect(int port) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 300);
    return hawkmount::Channel(grpc::CreateCustomChannel(
        "127.0.0.1:" + std::to_string(port),
        grpc::InsecureChannelCredentials(),
        arguments));
  }

  std::chrono::nanoseconds Timeout() {
    return random_() % 4 == 0 ? std::chrono::microseconds(random_() % 50'000)
                              : std::chrono::nanoseconds(60s);
  }
  bool MayWait(const hawkmount::CallOptions& options) {
    return *options.timeout < 1s && random_() % 2 == 0;
  }
  std::string Text(bool may_wait) {
    static const char* const kTexts[] = {
        "a", "b", "c", "fail", "throw", "throw int", "early", "late throw"};
    return may_wait ? "wait" : kTexts[random_() % 8];
  }
  // Begins a call, which asks something of the interceptors now and then.
  void Begin(std::string_view method, hawkmount::CallOptions& options) {
    const bool asks = random_() % 5 < 2;
    const char* deed =
        asks ? truth::kDeeds[random_() % std::size(truth::kDeeds)] : "-";
    if (asks) options.metadata = {{truth::kDeedKey, deed}};
    options.request_id = ledger_.Begin(method, deed);
  }
  bool Sometimes() { return random_() % 5 == 0; }

  void End(
      const std::string& id,
      const absl::Status& status,
      int received,
      std::string_view text) {
    ledger_.End(id, status, received, text);
    // Nobody is there: try again a little later.
    if (absl::IsUnavailable(status)) std::this_thread::sleep_for(20ms);
  }

  void Unknown(
      const hawkmount::Channel& channel,
      const hawkmount::CallOptions& options) {
    const std::string id = ledger_.Begin("other");
    End(id, truth::CallUnknownMethod(channel, id, *options.timeout), 0, "");
  }

  void Hello(const GreeterClient& client, hawkmount::CallOptions options) {
    e2e::SayHelloRequest request;
    request.set_name(Text(MayWait(options)));
    Begin("SayHello", options);
    const auto response = client.SayHello(request, options);
    const bool ok = response.ok();
    End(options.request_id,
        response.status(),
        ok,
        ok ? response->greeting() : "");
  }

  void Count(const GreeterClient& client, hawkmount::CallOptions options) {
    const uint32_t numbers[] = {
        0, 5, 50, e2e::kFail, e2e::kThrow, e2e::kThrowInt, e2e::kLateThrow};
    e2e::CountRequest request;
    request.set_up_to(MayWait(options) ? e2e::kWait : numbers[random_() % 7]);
    Begin("Count", options);
    auto stream = client.Count(request, options);
    e2e::CountResponse response;
    int received = 0;
    const bool cancel = Sometimes();
    while (stream.Read(response)) {
      ++received;
      if (cancel) stream.Cancel();
    }
    End(options.request_id,
        stream.Finish(),
        received,
        received > 0 ? std::to_string(response.number()) : "");
  }

  void Collect(const GreeterClient& client, hawkmount::CallOptions options) {
    e2e::CollectRequest request;
    request.set_name(Text(MayWait(options)));
    Begin("Collect", options);
    auto stream = client.Collect(options);
    for (unsigned i = random_() % 5; i > 0 && stream.Write(request); --i) {
    }
    if (Sometimes()) stream.Cancel();
    const auto response = stream.Finish();
    std::string names;
    if (response.ok()) names = absl::StrJoin(response->names(), " ");
    End(options.request_id, response.status(), response.ok(), names);
  }

  void Chat(const GreeterClient& client, hawkmount::CallOptions options) {
    e2e::ChatRequest request;
    e2e::ChatResponse response;
    request.set_line(Text(MayWait(options)));
    Begin("Chat", options);
    int received = 0;
    {
      auto stream = client.Chat(options);
      for (unsigned i = random_() % 5; i > 0 && stream.Write(request); --i) {
        if (!stream.Read(response)) break;
        ++received;
      }
      // A call that is dropped: whoever dropped it never learns its code.
      if (random_() % 10 != 0) {
        if (Sometimes()) stream.Cancel();
        return End(
            options.request_id,
            stream.Finish(),
            received,
            received > 0 ? response.line() : "");
      }
    }
    End(options.request_id, absl::CancelledError("dropped"), received, "");
  }

  const int ports_[2];
  truth::Ledger& ledger_;
  std::mt19937 random_;
  std::optional<hawkmount::Channel> channels_[2];
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(
        stderr,
        "usage: truth_client BLOCKING_PORT COROUTINE_PORT SECONDS SEED LEDGER "
        "NAME\n");
    return 2;
  }
  const int ports[2] = {std::atoi(argv[1]), std::atoi(argv[2])};
  const auto end =
      steady_clock::now() +
      std::chrono::milliseconds(static_cast<int64_t>(std::atof(argv[3]) * 1e3));
  const auto seed = static_cast<unsigned>(std::atoll(argv[4]));
  truth::Ledger ledger(argv[5], argv[6]);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      Caller caller(ports, ledger, seed + i);
      while (steady_clock::now() < end) caller.CallOnce();
    });
  }
  for (std::thread& thread : threads) thread.join();
}
