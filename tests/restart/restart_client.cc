// Calls a greeter over a channel that balances its calls by round robin, from
// several threads, until its standard input ends. Then it prints what became of
// the calls:
//
//   calls 1000
//   failed 12.345 UNAVAILABLE SayHello Socket closed
//
// a line for each call that failed, with the time at which it began, in seconds
// of the system's monotonic clock.

#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "greeter.hawkmount.pb.h"

namespace {

using namespace acme::greeter::v1;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Far more than any call here takes: who reaches it was forgotten.
constexpr auto kTimeout = 60s;

GreeterClient Balanced(const std::string& addresses) {
  grpc::ChannelArguments arguments;
  arguments.SetLoadBalancingPolicyName("round_robin");
  // A server that comes back is found soon.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 400);
  return GreeterClient(hawkmount::Channel(grpc::CreateCustomChannel(
      addresses, grpc::InsecureChannelCredentials(), arguments)));
}

class Callers {
 public:
  explicit Callers(const GreeterClient& client) : client_(client) {}

  void CallUntilStopped(bool streams) {
    while (!stopped_) {
      const auto start = steady_clock::now();
      const absl::Status status = streams ? Count() : Hello();
      ++calls_;
      if (!status.ok()) Keep(start, streams ? "Count" : "SayHello", status);
    }
  }

  void Stop() { stopped_ = true; }

  void Print() const {
    std::printf("calls %llu\n", static_cast<unsigned long long>(calls_));
    for (const std::string& line : failed_) std::puts(line.c_str());
  }

 private:
  absl::Status Hello() {
    SayHelloRequest request;
    request.set_name("Ada");
    return client_.SayHello(request, {.timeout = kTimeout}).status();
  }

  // Two tenths of a second, so that some are always in flight.
  absl::Status Count() {
    CountRequest request;
    request.set_up_to(2);
    auto stream = client_.Count(request, {.timeout = kTimeout});
    uint32_t last = 0;
    for (CountResponse response; stream.Read(response);) {
      last = response.number();
    }
    absl::Status status = stream.Finish();
    if (status.ok() && last != 2) return absl::DataLossError("a short count");
    return status;
  }

  void Keep(
      steady_clock::time_point start,
      const std::string& method,
      const absl::Status& status) {
    char began[32];
    std::snprintf(
        began,
        sizeof(began),
        "%.3f",
        std::chrono::duration<double>(start.time_since_epoch()).count());
    std::lock_guard lock(mutex_);
    failed_.push_back(
        "failed " + std::string(began) + " " +
        absl::StatusCodeToString(status.code()) + " " + method + " " +
        std::string(status.message()));
  }

  const GreeterClient client_;
  std::atomic<bool> stopped_ = false;
  std::atomic<uint64_t> calls_ = 0;
  std::mutex mutex_;
  std::vector<std::string> failed_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs(
        "restart_client ADDRESSES UNARY_THREADS STREAM_THREADS\n", stderr);
    return 2;
  }
  Callers callers(Balanced(argv[1]));
  const int unary = std::atoi(argv[2]);
  const int streams = std::atoi(argv[3]);
  std::vector<std::jthread> threads;
  for (int i = 0; i < unary + streams; ++i) {
    threads.emplace_back([&, i] { callers.CallUntilStopped(i >= unary); });
  }
  for (char byte = 0; read(STDIN_FILENO, &byte, 1) > 0;) {
  }
  callers.Stop();
  threads.clear();
  callers.Print();
  return 0;
}
