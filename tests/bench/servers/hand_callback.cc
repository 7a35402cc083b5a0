#include <utility>
#include <vector>

#include "servers/guards.h"
#include "servers/hand_servers.h"

namespace hawkmount::bench {
namespace {

class EchoService final : public Echo::CallbackService {
 public:
  EchoService(CallgrindWindow& window, bool guarded)
      : window_(window), guarded_(guarded) {}

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
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    if (guarded_ && !BringsToken(*context)) {
      reactor->Finish({grpc::StatusCode::UNAUTHENTICATED, "a token, please"});
      return reactor;
    }
    Answer(request, reply);
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  static bool BringsToken(const grpc::CallbackServerContext& context) {
    const auto& metadata = context.client_metadata();
    const auto token = metadata.find("authorization");
    return token != metadata.end() &&
           IsGood({token->second.data(), token->second.size()});
  }

  CallgrindWindow& window_;
  const bool guarded_;
};

}  // namespace

int StartCallbackServer(
    CallgrindWindow& window, InterceptorFactories interceptors, bool guarded) {
  int port = 0;
  grpc::ServerBuilder builder;
  if (!interceptors.empty()) {
    builder.experimental().SetInterceptorCreators(std::move(interceptors));
  }
  auto* service = new EchoService(window, guarded);
  Listen(builder, *service, port).release();
  return port;
}

}  // namespace hawkmount::bench
