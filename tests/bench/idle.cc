// The first call after 1.5 s without any: how long the caller waits, beside
// servers written by hand. Printed, not claimed: a tail latency.

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "bench.grpc.pb.h"
#include "harness/claims.h"
#include "harness/messages.h"
#include "harness/samples.h"
#include "harness/server_process.h"
#include "harness/setup.h"

namespace hawkmount::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kIdle(1500);

class Contender {
 public:
  Contender(std::string name, const std::vector<std::string>& command)
      : name_(std::move(name)),
        server_(command),
        stub_(Echo::NewStub(server_.Connect())) {
    for (int i = 0; i < 200; ++i) Call();
  }

  // Milliseconds of one call.
  double Call() {
    grpc::ClientContext context;
    EchoReply reply;
    const auto start = Clock::now();
    const grpc::Status status = stub_->Unary(&context, request_, &reply);
    const std::chrono::duration<double, std::milli> took = Clock::now() - start;
    if (!status.ok()) CannotRun("a call failed: " + status.error_message());
    return took.count();
  }
  void Try() { milliseconds_.push_back(Call()); }

  void Print() const {
    Note(absl::StrFormat(
        "%-22s first call after 1.5 s: median %6.3f ms, p95 %6.3f, max %6.3f",
        name_,
        Median(milliseconds_),
        Quantile(milliseconds_, 0.95),
        Quantile(milliseconds_, 1)));
  }

 private:
  const std::string name_;
  ServerProcess server_;
  std::unique_ptr<Echo::Stub> stub_;
  const EchoRequest request_ = SmallRequest();
  std::vector<double> milliseconds_;
};

int Main(int argc, char** argv) {
  int tries = 60;
  CLI::App app("The first call after a while without calls.");
  app.add_option("--tries", tries, "calls of each server");
  CLI11_PARSE(app, argc, argv);

  const Surroundings surroundings;
  std::vector<std::unique_ptr<Contender>> contenders;
  const auto add = [&](const std::string& name,
                       const std::string& program,
                       const std::string& model) {
    contenders.push_back(std::make_unique<Contender>(
        name, std::vector<std::string>{BesideMe(program), model}));
  };
  add("coroutine", "hawkmount_server", "coroutine");
  add("blocking", "hawkmount_server", "blocking");
  add("hand completion_queue", "hand_server", "completion_queue");
  add("hand callback", "hand_server", "callback");

  // The servers take turns within one idle time, so that each is idle for all
  // of it and none is always the first.
  auto next = Clock::now() + kIdle;
  for (int i = 0; i < tries; ++i) {
    for (const auto& contender : contenders) {
      std::this_thread::sleep_until(next);
      next += kIdle / static_cast<int>(contenders.size());
      contender->Try();
    }
  }
  for (const auto& contender : contenders) contender->Print();
  return 0;
}

}  // namespace
}  // namespace hawkmount::bench

int main(int argc, char** argv) { return hawkmount::bench::Main(argc, argv); }
