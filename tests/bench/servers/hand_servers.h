#ifndef HAWKMOUNT_BENCH_SERVERS_HAND_SERVERS_H_
#define HAWKMOUNT_BENCH_SERVERS_HAND_SERVERS_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_interceptor.h>

#include <memory>
#include <string>
#include <vector>

#include "bench.grpc.pb.h"
#include "servers/answer.h"
#include "servers/callgrind_window.h"

namespace hawkmount::bench {

// Servers of Echo written by hand over each of gRPC's own three interfaces, as
// its examples and tutorials write them: typed messages, nothing around the
// handlers. Each starts one that lives as long as the process, and returns its
// port.

// All four methods, on one queue with one thread.
int StartCompletionQueueServer(CallgrindWindow& window);

using InterceptorFactories = std::vector<
    std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>;

// The unary methods. `guarded`: they look for the token themselves.
int StartCallbackServer(
    CallgrindWindow& window, InterceptorFactories interceptors, bool guarded);

// The unary methods.
int StartSyncServer(CallgrindWindow& window);

// Metrics, request ids, and two lines for each call in the file `log`.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>
MakeObservingFactory(const std::string& log);

// A token, a rate, a look at the request: an interceptor each.
InterceptorFactories MakeGuards();

// Listens on a port of the kernel's choice.
inline std::unique_ptr<grpc::Server> Listen(
    grpc::ServerBuilder& builder, grpc::Service& service, int& port) {
  builder.AddListeningPort(
      "127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  return builder.BuildAndStart();
}

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_SERVERS_HAND_SERVERS_H_
