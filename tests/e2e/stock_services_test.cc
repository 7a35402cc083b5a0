// A program that links libgrpc++_reflection, has health.pb.cc itself and turns
// gRPC's health service on: servers that are to have neither have neither.

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <gtest/gtest.h>

#include "grpc/health/v1/health.hawkmount.pb.h"
#include "hawkmount/client.h"
#include "health/service.h"
#include "reflection/service.h"
#include "reflection/stock_plugin.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr hawkmount::Method kReflection{
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    hawkmount::MethodKind::kBidiStream};

struct Answers {
  absl::StatusCode health;
  absl::StatusCode reflection;
};

Answers AnswersOf(bool removed) {
  grpc::CallbackGenericService nothing;  // UNIMPLEMENTED
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(&nothing);
  int port = 0;
  builder.AddListeningPort(
      "127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  if (removed) hawkmount::reflection::RemoveStockServices(builder);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const auto channel =
      hawkmount::Channel::Insecure("127.0.0.1:" + std::to_string(port));
  const absl::StatusCode health = grpc::health::v1::HealthClient(channel)
                                      .Check({}, {.timeout = 20s})
                                      .status()
                                      .code();
  // An empty message is a request of either.
  hawkmount::ClientStream<HealthCheckRequest, HealthCheckResponse> stream(
      {channel, kReflection, {.timeout = 20s}, nullptr});
  stream.WritesDone();
  return {health, stream.Finish().code()};
}

TEST(StockServicesTest, AreThereUnlessRemoved) {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::EnableDefaultHealthCheckService(true);
  const Answers stock = AnswersOf(false);
  EXPECT_EQ(stock.health, absl::StatusCode::kOk);
  EXPECT_EQ(stock.reflection, absl::StatusCode::kOk);
  const Answers removed = AnswersOf(true);
  EXPECT_EQ(removed.health, absl::StatusCode::kUnimplemented);
  EXPECT_EQ(removed.reflection, absl::StatusCode::kUnimplemented);
}

// Ours stand beside the program's own descriptors of the same names.
TEST(StockServicesTest, OursCanBeMadeBesideThem) {
  hawkmount::health::Service health(
      std::make_shared<hawkmount::health::Board>(), nullptr);
  const hawkmount::reflection::Service reflection({&health.mount()});
  EXPECT_EQ(health.mount().service_name(), "grpc.health.v1.Health");
  EXPECT_EQ(
      reflection.mount().service_name(), "grpc.reflection.v1.ServerReflection");
}

}  // namespace
}  // namespace e2e
