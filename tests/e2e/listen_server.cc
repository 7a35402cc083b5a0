#include "listen_server.h"

#include <grpcpp/impl/codegen/client_unary_call.h>
#include <gtest/gtest.h>

namespace e2e {
namespace {

using hawkmount::listen::Address;
using hawkmount::listen::Listener;

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

class PeerReactor final : public grpc::ServerGenericBidiReactor {
 public:
  explicit PeerReactor(const std::string& peer) : answer_(Bytes(peer)) {
    StartRead(&request_);
  }

  void OnReadDone(bool) override {
    StartWriteAndFinish(&answer_, {}, grpc::Status::OK);
  }
  void OnDone() override { delete this; }

 private:
  grpc::ByteBuffer request_;
  grpc::ByteBuffer answer_;
};

}  // namespace

grpc::ServerGenericBidiReactor* PeerService::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  return new PeerReactor(context->peer());
}

std::vector<Address> Parse(const std::vector<std::string>& addresses) {
  std::vector<Address> parsed;
  for (const std::string& address : addresses) {
    parsed.push_back(hawkmount::listen::ParseAddress(address).value());
  }
  return parsed;
}

ListenedServer::ListenedServer(
    const std::vector<std::string>& addresses,
    hawkmount::listen::ListenerOptions options,
    std::shared_ptr<grpc::ServerCredentials> credentials) {
  options.warn = [this](const std::string& message) {
    std::lock_guard lock(mutex_);
    warnings_.push_back(message);
  };
  auto listener = Listener::Bind(Parse(addresses), std::move(options));
  EXPECT_TRUE(listener.ok()) << listener.status();
  listener_ = *std::move(listener);
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(&service_);
  auto acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      std::move(credentials));
  server_ = builder.BuildAndStart();
  EXPECT_NE(server_, nullptr);
  const absl::Status serving = listener_->Serve(std::move(acceptor));
  EXPECT_TRUE(serving.ok()) << serving;
}

ListenedServer::~ListenedServer() {
  listener_->Close();
  server_->Shutdown();
}

std::vector<std::string> ListenedServer::warnings() const {
  std::lock_guard lock(mutex_);
  return warnings_;
}

std::shared_ptr<grpc::Channel> Connect(
    const std::string& target,
    std::shared_ptr<grpc::ChannelCredentials> credentials,
    grpc::ChannelArguments arguments) {
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // A server that is back is found again within the seconds of a test.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  return grpc::CreateCustomChannel(target, std::move(credentials), arguments);
}

std::string AskPeer(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  context.set_deadline(
      std::chrono::system_clock::now() + std::chrono::seconds(60));
  grpc::internal::RpcMethod method(
      "/test.Peer/Get", grpc::internal::RpcMethod::NORMAL_RPC);
  grpc::ByteBuffer answer;
  const grpc::Status status =
      grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
          channel.get(), method, &context, Bytes("who am I?"), &answer);
  if (!status.ok()) {
    return std::to_string(status.error_code()) + ": " + status.error_message();
  }
  grpc::Slice slice;
  EXPECT_TRUE(answer.DumpToSingleSlice(&slice).ok());
  return std::string(
      reinterpret_cast<const char*>(slice.begin()), slice.size());
}

}  // namespace e2e
