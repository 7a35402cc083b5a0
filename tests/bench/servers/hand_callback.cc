#include <utility>
#include <vector>

#include "servers/hand_servers.h"

namespace hawkmount::bench {
namespace {

class EchoService final : public Echo::CallbackService {
 public:
  explicit EchoService(CallgrindWindow& window) : window_(window) {}

  grpc::ServerUnaryReactor* Unary(
      grpc::CallbackServerContext* context,
      const EchoRequest* request,
      EchoReply* reply) override {
    return Finish(context, *request, *reply);
  }

  grpc::ServerUnaryReactor* BigUnary(
      grpc::CallbackServerContext* context,
      const Big* request,
      Big* reply) override {
    return Finish(context, *request, *reply);
  }

 private:
  template <class Request, class Reply>
  grpc::ServerUnaryReactor* Finish(
      grpc::CallbackServerContext* context,
      const Request& request,
      Reply& reply) {
    window_.Count();
    Answer(request, reply);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  CallgrindWindow& window_;
};

}  // namespace

int StartCallbackServer(
    CallgrindWindow& window, InterceptorFactories interceptors) {
  int port = 0;
  grpc::ServerBuilder builder;
  if (!interceptors.empty()) {
    builder.experimental().SetInterceptorCreators(std::move(interceptors));
  }
  auto* service = new EchoService(window);
  Listen(builder, *service, port).release();
  return port;
}

}  // namespace hawkmount::bench
