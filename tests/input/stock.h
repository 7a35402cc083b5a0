#ifndef HAWKMOUNT_TESTS_INPUT_STOCK_H_
#define HAWKMOUNT_TESTS_INPUT_STOCK_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>

#include "greeter.grpc.pb.h"

// gRPC alone, without hawkmount: docs/reliability.md tells what it fails. The
// day that gRPC mends one of its faults, a test here fails, and the page is to
// say so.
namespace stock {

using acme::greeter::v1::Greeter;

// What gRPC logs while this lives. One at a time.
class GrpcLog {
 public:
  GrpcLog();
  GrpcLog(const GrpcLog&) = delete;
  GrpcLog& operator=(const GrpcLog&) = delete;
  ~GrpcLog();

  std::string text() const;
  // Waits for a line with the text, a minute at most.
  bool WaitFor(const std::string& text) const;
};

// A connection of its own to a port of this machine.
std::shared_ptr<grpc::Channel> ChannelTo(int port);

// For calls that are answered: a deadline that a busy machine meets.
void GiveTime(
    grpc::ClientContext& context,
    std::chrono::seconds time = std::chrono::seconds(60));

// A service on a free port. The server ends with it.
template <typename Service>
struct Served {
  Served() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(
        "127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service);
    server = builder.BuildAndStart();
    stub = Greeter::NewStub(ChannelTo(port));
  }

  Service service;
  int port = 0;
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<Greeter::Stub> stub;
};

}  // namespace stock

#endif  // HAWKMOUNT_TESTS_INPUT_STOCK_H_
