#ifndef HAWKMOUNT_TESTS_TLS_PLAIN_SERVER_H_
#define HAWKMOUNT_TESTS_TLS_PLAIN_SERVER_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <memory>
#include <string>

#include "greeter.pb.h"
#include "tls/peer_identity.h"

namespace tls_test {

// "subject|common name|dns,dns|uri|email|ip,ip"
inline std::string Text(const hawkmount::PeerIdentity& identity) {
  std::string text = identity.subject + "|" + identity.common_name;
  for (const auto* names :
       {&identity.dns_names,
        &identity.uris,
        &identity.emails,
        &identity.ip_addresses}) {
    text += "|";
    for (size_t i = 0; i < names->size(); ++i) {
      text += (i == 0 ? "" : ",") + (*names)[i];
    }
  }
  return text;
}

// A server of gRPC's own with any credentials: answers each message, of any
// method of the greeter, with the caller's identity.
class PlainServer {
 public:
  using Acceptor = grpc::experimental::ExternalConnectionAcceptor;

  // With an acceptor to fill, it listens on no port.
  explicit PlainServer(
      std::shared_ptr<grpc::ServerCredentials> credentials,
      std::unique_ptr<Acceptor>* acceptor = nullptr) {
    grpc::ServerBuilder builder;
    if (acceptor != nullptr) {
      using Builder = grpc::ServerBuilder::experimental_type;
      *acceptor = builder.experimental().AddExternalConnectionAcceptor(
          Builder::ExternalConnectionType::FROM_FD, std::move(credentials));
    } else {
      builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
      builder.AddListeningPort("127.0.0.1:0", std::move(credentials), &port_);
    }
    builder.RegisterCallbackGenericService(&service_);
    server_ = builder.BuildAndStart();
  }
  ~PlainServer() {
    if (server_ != nullptr) {
      server_->Shutdown(std::chrono::system_clock::now());
    }
  }

  bool serves() const { return server_ != nullptr; }
  int port() const { return port_; }

 private:
  class Answer final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Answer(grpc_call* call)
        : identity_(Text(hawkmount::tls::PeerIdentityOf(call))) {
      StartRead(&request_);
    }
    void OnReadDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::OK);
      // The greeter's other answers have their one text at the same place.
      acme::greeter::v1::SayHelloResponse response;
      response.set_greeting(identity_);
      const grpc::Slice slice(response.SerializeAsString());
      response_ = grpc::ByteBuffer(&slice, 1);
      StartWrite(&response_);
    }
    void OnWriteDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::CANCELLED);
      StartRead(&request_);
    }
    void OnDone() override { delete this; }

   private:
    const std::string identity_;
    grpc::ByteBuffer request_;
    grpc::ByteBuffer response_;
  };

  class Service final : public grpc::CallbackGenericService {
    grpc::ServerGenericBidiReactor* CreateReactor(
        grpc::GenericCallbackServerContext* context) override {
      return new Answer(context->c_call());
    }
  };

  Service service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace tls_test

#endif  // HAWKMOUNT_TESTS_TLS_PLAIN_SERVER_H_
