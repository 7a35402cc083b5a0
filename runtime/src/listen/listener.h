#ifndef HAWKMOUNT_LISTEN_LISTENER_H_
#define HAWKMOUNT_LISTEN_LISTENER_H_

#include <grpcpp/server_builder.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "listen/address.h"
#include "listen/bind.h"
#include "listen/connection_table.h"

namespace hawkmount::listen {

struct ListenerOptions {
  SocketOptions socket{};
  // Connections that are open at a time; more are closed as they come.
  size_t max_connections = 0;
  // Told once when descriptors run out or the cap is reached, and again when it
  // happens after a time without. Called on the listener's thread; must not
  // call the listener, nor throw.
  std::function<void(const std::string& message)> warn{};
};

struct ListenerCounts {
  uint64_t accepted = 0;  // and handed to gRPC
  uint64_t refused = 0;   // over the cap
  uint64_t errors = 0;    // of accept: descriptors ran out, and others
  size_t open = 0;        // connections
};

// Accepts connections on a thread of its own and hands them to a grpc::Server.
//
// gRPC's listeners stop for good when descriptors run out, close only with the
// server, have no cap and give no reason when they cannot listen. This one goes
// on a tenth of a second after descriptors are free, and closes by itself,
// while the connections that it accepted go on.
//
// The order of a server's life: Bind, BuildAndStart, Serve; Close, Shutdown. A
// connection that gRPC gets before its start or after its shutdown would leak
// its descriptor (1.51).
class Listener {
 public:
  // Listens: clients that connect wait for Serve. See BindAll for errors.
  static absl::StatusOr<std::unique_ptr<Listener>> Bind(
      const std::vector<Address>& addresses, ListenerOptions options);

  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  // Closes.
  ~Listener();

  // What is listened on, with the ports that free ones became.
  const std::vector<Address>& addresses() const { return addresses_; }
  // The first TCP port; 0 when there are only sockets.
  int port() const;

  // Starts to accept, for a server that has started. Once; nothing after Close.
  // RESOURCE_EXHAUSTED when there is no thread to be had.
  absl::Status Serve(
      std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor);

  // Stops to listen; connections that were complete by then are still handed
  // over. Any thread, any number of times; each returns when it is done.
  void Close();

  // Any thread. Asks the kernel of each connection that may be open.
  ListenerCounts counts() const;

 private:
  // In the order of their trouble.
  enum class Outcome : unsigned char { kAll, kMore, kRefused, kExhausted };

  // A trouble that is told once for as long as it lasts.
  class Episode {
   public:
    bool Begins();

   private:
    std::chrono::steady_clock::time_point last_{};
  };

  Listener(std::vector<BoundSocket> sockets, ListenerOptions options, int stop);

  void Run();
  void WaitForStop(std::chrono::milliseconds timeout) const;
  void AcceptRest();
  Outcome AcceptFrom(const BoundSocket& socket);
  bool HasRoom(bool& looked);
  void HandOver(int listener, int fd);
  void TellExhausted(const BoundSocket& socket, int error);
  void TellFull(const BoundSocket& socket);

  const ListenerOptions options_;
  const FileDescriptor stop_;  // an eventfd
  std::vector<Address> addresses_;

  std::mutex life_mutex_;  // of the four below
  std::vector<BoundSocket> sockets_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::thread thread_;  // reads sockets_ and acceptor_ while it runs
  bool closed_ = false;

  mutable std::mutex table_mutex_;
  mutable ConnectionTable table_;

  std::atomic<uint64_t> accepted_ = 0;
  std::atomic<uint64_t> refused_ = 0;
  std::atomic<uint64_t> errors_ = 0;
  Episode exhausted_;  // the thread's
  Episode full_;       // the thread's
};

}  // namespace hawkmount::listen

#endif  // HAWKMOUNT_LISTEN_LISTENER_H_
