// The callback server inside of three interceptors of gRPC's. They cannot end a
// call before its handler; what they would refuse, they only see.

#include <grpcpp/support/server_interceptor.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "servers/guards.h"
#include "servers/hand_servers.h"

namespace hawkmount::bench {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerInterceptorFactoryInterface;
using grpc::experimental::ServerRpcInfo;

// The benchmark sends nothing that they would refuse.
void Require(bool good) {
  if (!good) std::abort();
}

class Auth final : public Interceptor {
 public:
  explicit Auth(ServerRpcInfo*) {}
  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      const auto& metadata = *methods->GetRecvInitialMetadata();
      const auto token = metadata.find("authorization");
      Require(
          token != metadata.end() &&
          IsGood({token->second.data(), token->second.size()}));
    }
    methods->Proceed();
  }
};

class RateLimit final : public Interceptor {
 public:
  explicit RateLimit(ServerRpcInfo*) {}
  void Intercept(InterceptorBatchMethods* methods) override {
    static Rates& rates = *new Rates;
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      Require(rates.Take("ann"));
    }
    methods->Proceed();
  }
};

class Validate final : public Interceptor {
 public:
  explicit Validate(ServerRpcInfo*) {}
  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::POST_RECV_MESSAGE)) {
      Require(IsValid(*static_cast<EchoRequest*>(methods->GetRecvMessage())));
    }
    methods->Proceed();
  }
};

template <class I>
class Factory final : public ServerInterceptorFactoryInterface {
 public:
  Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    return new I(info);
  }
};

}  // namespace

InterceptorFactories MakeGuards() {
  InterceptorFactories factories;
  factories.push_back(std::make_unique<Factory<Auth>>());
  factories.push_back(std::make_unique<Factory<RateLimit>>());
  factories.push_back(std::make_unique<Factory<Validate>>());
  return factories;
}

}  // namespace hawkmount::bench
