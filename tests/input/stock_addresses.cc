// Addresses that hawkmount refuses, and gRPC alone takes.

#include <gmock/gmock.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "stock.h"

namespace stock {
namespace {

// A server and its service, which answers UNIMPLEMENTED to all.
struct Stock {
  std::unique_ptr<grpc::CallbackGenericService> service;
  std::unique_ptr<grpc::Server> server;
};

// On the address; listening on none if it is empty.
Stock Start(const std::string& address, int* port) {
  auto service = std::make_unique<grpc::CallbackGenericService>();
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(service.get());
  if (!address.empty()) {
    builder.AddListeningPort(address, grpc::InsecureServerCredentials(), port);
  }
  auto server = builder.BuildAndStart();
  return {std::move(service), std::move(server)};
}

TEST(StockTest, PortsOverTheRangeAreCut) {
  int port = 0;
  const Stock stock = Start("127.0.0.1:99999", &port);
  ASSERT_NE(stock.server, nullptr);
  EXPECT_EQ(port, 99999 - 65536);
}

TEST(StockTest, AnAddressWithoutAPortIsPort443) {
  const GrpcLog log;
  int port = 0;
  const Stock stock = Start("127.0.44.3", &port);
  if (stock.server != nullptr) {
    EXPECT_EQ(port, 443);
  } else {  // not everybody may listen there; on most ports everybody may
    EXPECT_THAT(log.text(), testing::HasSubstr("Permission denied"));
  }
}

TEST(StockTest, ABusyPortIsShared) {
  int port = 0;
  const Stock first = Start("127.0.0.1:0", &port);
  ASSERT_NE(first.server, nullptr);
  int same = 0;
  const Stock second = Start("127.0.0.1:" + std::to_string(port), &same);
  ASSERT_NE(second.server, nullptr);
  EXPECT_EQ(same, port);
}

TEST(StockTest, NoPortAtAllIsAServer) {
  EXPECT_NE(Start("", nullptr).server, nullptr);
}

}  // namespace
}  // namespace stock
