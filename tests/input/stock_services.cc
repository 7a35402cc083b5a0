// gRPC's own health and reflection, together.

#include <gmock/gmock.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "stock.h"

namespace stock {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Text(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  buffer.Dump(&slices);
  std::string text;
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
}

// What reflection answers to a ServerReflectionRequest of one field of text.
std::string Reflect(int port, int field, const std::string& text) {
  using Stream = grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;
  const auto channel = ChannelTo(port);
  const grpc::internal::RpcMethod method(
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
      grpc::internal::RpcMethod::BIDI_STREAMING,
      channel);
  grpc::ClientContext context;
  GiveTime(context);
  const std::unique_ptr<Stream> stream(
      grpc::internal::
          ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
              channel.get(), method, &context));
  const grpc::Slice slice(
      std::string{
          static_cast<char>(field << 3 | 2), static_cast<char>(text.size())} +
      text);
  stream->Write(grpc::ByteBuffer(&slice, 1));
  stream->WritesDone();
  grpc::ByteBuffer answer;
  EXPECT_TRUE(stream->Read(&answer));
  EXPECT_TRUE(stream->Finish().ok());
  return Text(answer);
}

constexpr int kFileContainingSymbol = 4;
constexpr int kListServices = 7;

TEST(StockServicesTest, ReflectionCannotDescribeTheHealthItLists) {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::EnableDefaultHealthCheckService(true);
  const Served<Greeter::Service> served;
  grpc::EnableDefaultHealthCheckService(false);
  const std::string health = "grpc.health.v1.Health";
  const std::string greeter = "acme.greeter.v1.Greeter";
  const std::string none = "not found";
  const std::string listed = Reflect(served.port, kListServices, "");
  EXPECT_THAT(listed, HasSubstr(greeter));
  EXPECT_THAT(listed, HasSubstr(health));
  EXPECT_THAT(
      Reflect(served.port, kFileContainingSymbol, greeter),
      Not(HasSubstr(none)));
  EXPECT_THAT(
      Reflect(served.port, kFileContainingSymbol, health), HasSubstr(none));
}

}  // namespace
}  // namespace stock
