// Descriptors that run out, as a caller can have it.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "stock.h"

namespace stock {
namespace {

struct Unimplemented final : Greeter::CallbackService {};

// The code that a new caller gets. "12": answered, as there is no handler.
std::string Call(int port, std::chrono::seconds time) {
  const auto stub = Greeter::NewStub(ChannelTo(port));
  grpc::ClientContext context;
  GiveTime(context, time);
  acme::greeter::v1::SayHelloResponse response;
  return std::to_string(stub->SayHello(&context, {}, &response).error_code());
}

// As many connections to the port as there are descriptors.
std::vector<int> TakeAllDescriptors(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::vector<int> sockets;
  for (int number; (number = socket(AF_INET, SOCK_STREAM, 0)) >= 0;) {
    sockets.push_back(number);
  }
  // Only now, that the server has none left for the first of them.
  for (const int number : sockets) {
    connect(number, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  }
  return sockets;
}

[[noreturn]] void RunOutOfDescriptors() {
  const Served<Unimplemented> served;
  std::cerr << Call(served.port, std::chrono::seconds(60));
  const rlimit limit{64, 64};
  setrlimit(RLIMIT_NOFILE, &limit);
  {
    const GrpcLog log;
    const std::vector<int> sockets = TakeAllDescriptors(served.port);
    if (log.WaitFor("Failed accept4")) std::cerr << " out";
    for (const int number : sockets) close(number);
  }
  std::cerr << " " << Call(served.port, std::chrono::seconds(5));
  // Not for want of descriptors.
  const Served<Unimplemented> another;
  std::cerr << " " << Call(another.port, std::chrono::seconds(60)) << ".";
  std::_Exit(0);
}

TEST(StockDescriptorsTest, DescriptorsThatRunOutLeaveItDeaf) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      RunOutOfDescriptors(), testing::ExitedWithCode(0), "12 out 4 12\\.");
}

}  // namespace
}  // namespace stock
