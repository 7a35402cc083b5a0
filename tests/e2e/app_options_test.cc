// What the options of a mount do, through an App, on real connections. The ids
// are those of the features that each test shows.

#include <fcntl.h>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <gtest/gtest.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpc/reflection/v1/reflection.hawkmount.pb.h"
#include "handlers.h"
#include "hawkmount/codegen/source.h"
#include "oracle.h"
#include "sockets.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using grpc::reflection::v1::ServerReflectionClient;

const hawkmount::CallOptions kPatience{.timeout = 60s};

hawkmount::MountOptions Local() { return {.host = "127.0.0.1", .port = 0}; }

absl::StatusCode SendName(int port, size_t size) {
  SayHelloRequest request;
  request.set_name(std::string(size, 'x'));
  return ClientOf(port).SayHello(request, kPatience).status().code();
}

// A server with one mount of the greeter.
class OneMount {
 public:
  explicit OneMount(
      hawkmount::MountOptions options, hawkmount::AppOptions app = Quiet())
      : app_(std::move(app)),
        mount_(app_.Mount(GreeterMount(greeter_), std::move(options))) {
    const absl::Status started = app_.Start();
    EXPECT_TRUE(started.ok()) << started;
  }
  hawkmount::App& app() { return app_; }
  int port() const { return mount_.port(); }

 private:
  CoroutineGreeter greeter_;
  hawkmount::App app_;
  hawkmount::MountHandle& mount_;
};

// The services that reflection lists; empty: there is no reflection.
std::vector<std::string> Listed(int port) {
  ServerReflectionClient client(
      hawkmount::Channel::Insecure(absl::StrCat("127.0.0.1:", port)));
  auto stream = client.ServerReflectionInfo(kPatience);
  grpc::reflection::v1::ServerReflectionRequest request;
  request.set_list_services("");
  stream.Write(request);
  grpc::reflection::v1::ServerReflectionResponse response;
  std::vector<std::string> names;
  if (!stream.Read(response)) {
    EXPECT_EQ(stream.Finish().code(), absl::StatusCode::kUnimplemented);
    return names;
  }
  for (const auto& service : response.list_services_response().service()) {
    names.push_back(service.name());
  }
  return names;
}

// H22, H-B19: a switch, without names; off by default, also in a program that
// links gRPC's own.
TEST(AppOptionsTest, ReflectionIsOnWhereItIsAskedFor) {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  OneMount off(Local());
  EXPECT_EQ(Listed(off.port()), std::vector<std::string>{});
  hawkmount::MountOptions options = Local();
  options.reflection = true;
  OneMount on(options);
  EXPECT_EQ(
      Listed(on.port()),
      (std::vector<std::string>{
          "acme.greeter.v1.Greeter",
          "grpc.health.v1.Health",
          "grpc.reflection.v1.ServerReflection",
          "grpc.reflection.v1alpha.ServerReflection"}));
}

// H84, H24: sizes of messages, and of headers by gRPC's own argument.
TEST(AppOptionsTest, SizesAreBounded) {
  using enum absl::StatusCode;
  hawkmount::MountOptions options = Local();
  options.max_receive_message_size = 1000;
  OneMount received(options);
  EXPECT_EQ(SendName(received.port(), 900), kOk);
  EXPECT_EQ(SendName(received.port(), 1100), kResourceExhausted);
  options = Local();
  options.max_send_message_size = 1000;
  OneMount sent(options);
  EXPECT_EQ(SendName(sent.port(), 900), kOk);
  EXPECT_EQ(SendName(sent.port(), 1100), kResourceExhausted);
  OneMount usual(Local());
  EXPECT_EQ(SendName(usual.port(), (4 << 20) - 100), kOk);
  EXPECT_EQ(SendName(usual.port(), (4 << 20) + 100), kResourceExhausted);

  options = Local();
  options.channel_arguments["grpc.max_metadata_size"] = 1000;
  OneMount headers(options);
  const auto with = [&](size_t size) {
    return ClientOf(headers.port())
        .SayHello(
            {}, {.timeout = 60s, .metadata = {{"x", std::string(size, 'x')}}})
        .status()
        .code();
  };
  EXPECT_EQ(with(100), kOk);
  EXPECT_EQ(with(2000), kResourceExhausted);
}

// The bytes of one connection that a call of 100 kB, and its answer as large,
// brings back.
uint64_t BytesBack(int port) {
  const auto fd = ConnectedTo(port);
  const int own = fcntl(fd.get(), F_DUPFD_CLOEXEC, 0);
  fcntl(own, F_SETFL, O_NONBLOCK);
  const GreeterClient client(
      hawkmount::Channel(grpc::CreateInsecureChannelFromFd("server", own)));
  SayHelloRequest request;
  request.set_name(std::string(100'000, 'x'));
  const auto answer = client.SayHello(request, kPatience);
  EXPECT_TRUE(answer.ok() && answer->greeting().size() > 100'000);
  tcp_info info{};
  socklen_t size = sizeof(info);
  EXPECT_EQ(getsockopt(fd.get(), IPPROTO_TCP, TCP_INFO, &info, &size), 0);
  return info.tcpi_bytes_received;
}

TEST(AppOptionsTest, AnswersAreCompressedOnTheWire) {
  hawkmount::MountOptions options = Local();
  EXPECT_GT(BytesBack(OneMount(options).port()), 100'000u);
  options.compression = hawkmount::Compression::kGzip;
  EXPECT_LT(BytesBack(OneMount(options).port()), 10'000u);
  options.compression = hawkmount::Compression::kDeflate;
  EXPECT_LT(BytesBack(OneMount(options).port()), 10'000u);
}

// A connection as a client opens it that says nothing more.
hawkmount::listen::FileDescriptor Silent(int port) {
  auto fd = ConnectedTo(port);
  const std::string bytes = std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") +
                            std::string("\0\0\0\4\0\0\0\0\0", 9);
  EXPECT_EQ(
      send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
      static_cast<ssize_t>(bytes.size()));
  return fd;
}

TEST(AppOptionsTest, ConnectionsEndAtTheirAgeAndWhenNobodyAnswers) {
  hawkmount::MountOptions options = Local();
  options.connection.max_connection_age = 100ms;
  options.connection.max_connection_age_grace = 0ms;
  const OneMount aged(options);
  EXPECT_TRUE(IsClosedByPeer(Silent(aged.port())));
  options = Local();
  options.connection.keepalive_time = 100ms;
  options.connection.keepalive_timeout = 100ms;
  const OneMount asked(options);
  EXPECT_TRUE(IsClosedByPeer(Silent(asked.port())));
}

TEST(AppOptionsTest, ConnectionsOverTheCapAreClosed) {
  hawkmount::MountOptions options = Local();
  options.connection.max_connections = 2;
  OneMount served(options);
  const auto first = Silent(served.port());
  const auto second = Silent(served.port());
  EXPECT_TRUE(IsClosedByPeer(ConnectedTo(served.port())));
}

// H25, H-B13: 1000 calls at a time unless told otherwise; more are refused at
// once, and counted.
TEST(AppOptionsTest, AThousandCallsAndNoMore) {
  OneMount served(Local());
  std::vector<GreeterClient> clients;
  std::vector<GreeterClient::ChatStream> chats;
  ChatRequest line;
  ChatResponse said;
  for (int i = 0; i < 1000; ++i) {
    if (i % 500 == 0) clients.push_back(ClientOf(served.port()));
    // Each goes on until all are there.
    chats.push_back(clients.back().Chat({.timeout = 600s}));
    ASSERT_TRUE(chats.back().Write(line) && chats.back().Read(said)) << i;
  }
  const GreeterClient client = ClientOf(served.port());
  EXPECT_EQ(
      client.SayHello({}, kPatience).status().code(),
      absl::StatusCode::kResourceExhausted);
  chats.back().WritesDone();
  EXPECT_TRUE(chats.back().Finish().ok());
  chats.pop_back();
  // The place is free when the handler is over, soon after its answer.
  EXPECT_TRUE(Eventually([&] { return client.SayHello({}, kPatience).ok(); }));
  const std::string method = MethodLabel("SayHello");
  EXPECT_TRUE(Eventually([&] {
    return Sample(
               served.app(),
               "hawkapi_grpc_requests_total{" + method +
                   ",code=\"RESOURCE_EXHAUSTED\"}") >= 1;
  }));
  for (auto& chat : chats) {
    chat.WritesDone();
    EXPECT_TRUE(chat.Finish().ok());
  }
}

// H-B15: calls of methods that nobody has are counted.
TEST(AppOptionsTest, UnknownMethodsAreCounted) {
  OneMount served(Local());
  constexpr hawkmount::Method kNone{
      "/acme.greeter.v1.Greeter/Nothing", hawkmount::MethodKind::kUnary};
  EXPECT_EQ(
      hawkmount::codegen::CallUnary<SayHelloResponse>(
          hawkmount::Channel::Insecure(
              absl::StrCat("127.0.0.1:", served.port())),
          kNone,
          kPatience,
          SayHelloRequest())
          .status()
          .code(),
      absl::StatusCode::kUnimplemented);
  EXPECT_TRUE(Eventually([&] {
    return Sample(
               served.app(),
               "hawkapi_grpc_requests_total{method=\"other\",code="
               "\"UNIMPLEMENTED\"}") == 1;
  }));
}

// Threads of a mount's own: the app's may all be busy.
TEST(AppOptionsTest, AMountWithItsOwnWorkers) {
  BlockingGreeter greeter;
  hawkmount::AppOptions few = Quiet();
  few.max_workers = 1;
  hawkmount::App app(few);
  auto& shared = app.Mount(GreeterMount(greeter), Local());
  hawkmount::MountOptions options = Local();
  options.max_workers = 1;
  auto& own = app.Mount(GreeterMount(greeter), options);
  ASSERT_TRUE(app.Start().ok());
  const GreeterClient busy = ClientOf(shared.port());
  auto chat = busy.Chat(kPatience);  // has the app's one worker
  ChatRequest line;
  ChatResponse said;
  ASSERT_TRUE(chat.Write(line) && chat.Read(said));
  EXPECT_EQ(
      busy.SayHello({}, {.timeout = 200ms}).status().code(),
      absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(ClientOf(own.port()).SayHello({}, kPatience).ok());
  chat.WritesDone();
  EXPECT_TRUE(chat.Finish().ok());
}

}  // namespace
}  // namespace e2e
