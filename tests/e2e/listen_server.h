#ifndef HAWKMOUNT_TESTS_E2E_LISTEN_SERVER_H_
#define HAWKMOUNT_TESTS_E2E_LISTEN_SERVER_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "listen/listener.h"

namespace e2e {

// Answers every call with the peer's address. A plain gRPC server: what is
// tested is who accepts its connections.
class PeerService final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;
};

// That service behind a listener of ours.
class ListenedServer {
 public:
  explicit ListenedServer(
      const std::vector<std::string>& addresses,
      hawkmount::listen::ListenerOptions options = {.max_connections = 1000},
      std::shared_ptr<grpc::ServerCredentials> credentials =
          grpc::InsecureServerCredentials());
  // Closes, then shuts down.
  ~ListenedServer();

  hawkmount::listen::Listener& listener() { return *listener_; }
  std::string Target(const std::string& host) const {
    return host + ":" + std::to_string(listener_->port());
  }
  std::vector<std::string> warnings() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> warnings_;
  PeerService service_;
  std::unique_ptr<hawkmount::listen::Listener> listener_;
  std::unique_ptr<grpc::Server> server_;
};

std::vector<hawkmount::listen::Address> Parse(
    const std::vector<std::string>& addresses);

// A channel with a connection of its own.
std::shared_ptr<grpc::Channel> Connect(
    const std::string& target,
    std::shared_ptr<grpc::ChannelCredentials> credentials =
        grpc::InsecureChannelCredentials(),
    grpc::ChannelArguments arguments = {});

// What the server says who called; "CODE: message" when the call failed. Waits
// at most a minute for a connection.
std::string AskPeer(const std::shared_ptr<grpc::Channel>& channel);

}  // namespace e2e

#endif  // HAWKMOUNT_TESTS_E2E_LISTEN_SERVER_H_
