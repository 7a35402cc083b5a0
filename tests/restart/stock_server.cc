// The greeter as one writes it with gRPC alone: on SIGTERM, Shutdown with five
// seconds. For comparison.

#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <chrono>
#include <string>
#include <thread>

#include "greeter.grpc.pb.h"

namespace {

using namespace acme::greeter::v1;
using namespace std::chrono_literals;

class StockGreeter final : public Greeter::Service {
 public:
  grpc::Status SayHello(
      grpc::ServerContext*,
      const SayHelloRequest* request,
      SayHelloResponse* response) override {
    response->set_greeting("Hello, " + request->name() + "!");
    return grpc::Status::OK;
  }

  grpc::Status Count(
      grpc::ServerContext*,
      const CountRequest* request,
      grpc::ServerWriter<CountResponse>* writer) override {
    CountResponse response;
    for (uint32_t number = 1; number <= request->up_to(); ++number) {
      response.set_number(number);
      if (!writer->Write(response)) break;
      std::this_thread::sleep_for(100ms);
    }
    return grpc::Status::OK;
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  StockGreeter greeter;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(
      "127.0.0.1:" + std::string(argv[1]), grpc::InsecureServerCredentials());
  builder.RegisterService(&greeter);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown(std::chrono::system_clock::now() + 5s);
  return 0;
}
