#include "servers/hand_servers.h"

namespace hawkmount::bench {
namespace {

class EchoService final : public Echo::Service {
 public:
  explicit EchoService(CallgrindWindow& window) : window_(window) {}

  grpc::Status Unary(
      grpc::ServerContext*,
      const EchoRequest* request,
      EchoReply* reply) override {
    window_.Count();
    Answer(*request, *reply);
    return grpc::Status::OK;
  }

  grpc::Status BigUnary(
      grpc::ServerContext*, const Big* request, Big* reply) override {
    window_.Count();
    Answer(*request, *reply);
    return grpc::Status::OK;
  }

 private:
  CallgrindWindow& window_;
};

}  // namespace

int StartSyncServer(CallgrindWindow& window) {
  int port = 0;
  grpc::ServerBuilder builder;
  auto* service = new EchoService(window);
  Listen(builder, *service, port).release();
  return port;
}

}  // namespace hawkmount::bench
