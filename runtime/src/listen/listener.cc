#include "listen/listener.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "system/thread.h"

namespace hawkmount::listen {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// Descriptors ran out: when to try again.
constexpr milliseconds kAfterExhaustion(100);

// The cap is reached: connections wait so long until it is looked again how
// many are open, and are then closed all at once.
constexpr milliseconds kAfterRefusal(10);

// Connections of one address before the others get their turn.
constexpr int kInARow = 64;

// A trouble that was not seen for so long is a new one.
constexpr std::chrono::seconds kEpisodeGap(10);

bool IsExhaustion(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS ||
         error == ENOMEM;
}

// What was wrong with the connection that is lost, not with the listener.
bool IsOfOneConnection(int error) {
  switch (error) {
    case ECONNABORTED:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETUNREACH:
    case ENONET:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case EPERM:
    case EPROTO:
      return true;
    default:
      return false;
  }
}

// As accept4 does. The thread sanitizer knows that, but not that gRPC closes
// what it returns: it would take the next owner of the number for a race.
int Accept(int listener) {
  return static_cast<int>(syscall(
      SYS_accept4, listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

// Whether the peer is still there. gRPC asks, too, but logs when it is not.
bool HasPeer(int fd) {
  sockaddr_storage peer;
  socklen_t size = sizeof(peer);
  return getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
}

}  // namespace

bool Listener::Episode::Begins() {
  const auto now = steady_clock::now();
  const bool begins =
      last_ == steady_clock::time_point() || now - last_ > kEpisodeGap;
  last_ = now;
  return begins;
}

absl::StatusOr<std::unique_ptr<Listener>> Listener::Bind(
    const std::vector<Address>& addresses, ListenerOptions options) {
  if (addresses.empty()) {
    return absl::InvalidArgumentError("there is no address to listen on");
  }
  absl::StatusOr<std::vector<BoundSocket>> sockets =
      BindAll(addresses, options.socket);
  if (!sockets.ok()) return sockets.status();
  const int stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (stop < 0) {
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on ",
        addresses.front().ToString(),
        ": ",
        strerror(errno)));
  }
  return std::unique_ptr<Listener>(
      new Listener(*std::move(sockets), std::move(options), stop));
}

Listener::Listener(
    std::vector<BoundSocket> sockets, ListenerOptions options, int stop)
    : options_(std::move(options)), stop_(stop), sockets_(std::move(sockets)) {
  for (const BoundSocket& socket : sockets_) {
    // A name that stands for several is one address.
    if (std::find(addresses_.begin(), addresses_.end(), socket.address) ==
        addresses_.end()) {
      addresses_.push_back(socket.address);
    }
  }
}

Listener::~Listener() { Close(); }

int Listener::port() const {
  for (const Address& address : addresses_) {
    if (address.kind == AddressKind::kTcp) return address.port;
  }
  return 0;
}

absl::Status Listener::Serve(
    std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor) {
  std::lock_guard lock(life_mutex_);
  if (closed_ || thread_.joinable()) return absl::OkStatus();
  acceptor_ = std::move(acceptor);
  auto thread = system::StartThread(
      "hawkmount-conns",
      absl::StrCat("accepts connections on ", addresses_.front().ToString()),
      [this] { Run(); });
  if (!thread.ok()) return thread.status();
  thread_ = *std::move(thread);
  return absl::OkStatus();
}

void Listener::Close() {
  std::lock_guard lock(life_mutex_);
  if (closed_) return;
  closed_ = true;
  const uint64_t one = 1;
  [[maybe_unused]] ssize_t written = write(stop_.get(), &one, sizeof(one));
  if (thread_.joinable()) thread_.join();
  sockets_.clear();
  acceptor_.reset();
}

ListenerCounts Listener::counts() const {
  std::lock_guard lock(table_mutex_);
  return {
      .accepted = accepted_,
      .refused = refused_,
      .errors = errors_,
      .open = table_.CountOpen()};
}

void Listener::Run() {
  std::vector<pollfd> waited{{stop_.get(), POLLIN, 0}};
  for (const BoundSocket& socket : sockets_) {
    waited.push_back({socket.fd.get(), POLLIN, 0});
  }
  while (true) {
    if (poll(waited.data(), waited.size(), -1) < 0) continue;
    if (waited[0].revents != 0) return AcceptRest();
    Outcome worst = Outcome::kAll;
    for (size_t i = 0; i < sockets_.size(); ++i) {
      if (waited[i + 1].revents == 0) continue;
      worst = std::max(worst, AcceptFrom(sockets_[i]));
    }
    // What is left waits in the kernel, as does this thread.
    if (worst == Outcome::kExhausted) WaitForStop(kAfterExhaustion);
    if (worst == Outcome::kRefused) WaitForStop(kAfterRefusal);
  }
}

// Connections that were complete when it stopped would be reset, and have a
// server, still.
void Listener::AcceptRest() {
  for (const BoundSocket& socket : sockets_) {
    // No longer than a backlog, however fast more of them come.
    for (int taken = 0; taken < SOMAXCONN; taken += kInARow) {
      if (AcceptFrom(socket) != Outcome::kMore) break;
    }
  }
}

void Listener::WaitForStop(milliseconds timeout) const {
  pollfd waited{stop_.get(), POLLIN, 0};
  poll(&waited, 1, static_cast<int>(timeout.count()));
}

Listener::Outcome Listener::AcceptFrom(const BoundSocket& socket) {
  bool looked = false;
  Outcome outcome = Outcome::kMore;
  for (int i = 0; i < kInARow; ++i) {
    FileDescriptor fd(Accept(socket.fd.get()));
    if (!fd.valid()) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return outcome == Outcome::kMore ? Outcome::kAll : outcome;
      }
      if (errno == EINTR) continue;
      errors_.fetch_add(1, std::memory_order_relaxed);
      if (IsOfOneConnection(errno)) continue;
      TellExhausted(socket, errno);
      return Outcome::kExhausted;
    }
    if (!HasRoom(looked)) {
      refused_.fetch_add(1, std::memory_order_relaxed);
      TellFull(socket);
      outcome = Outcome::kRefused;
      continue;
    }
    if (HasPeer(fd.get())) HandOver(socket.fd.get(), fd.release());
  }
  return outcome;
}

// Looks at most once in a row of connections.
bool Listener::HasRoom(bool& looked) {
  std::lock_guard lock(table_mutex_);
  if (table_.upper_bound() < options_.max_connections) return true;
  if (looked) return false;
  looked = true;
  return table_.CountOpen() < options_.max_connections;
}

void Listener::HandOver(int listener, int fd) {
  {
    std::lock_guard lock(table_mutex_);
    table_.Add(fd);
  }
  accepted_.fetch_add(1, std::memory_order_relaxed);
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters
      connection;
  connection.listener_fd = listener;
  connection.fd = fd;
  acceptor_->HandleNewConnection(&connection);
}

void Listener::TellExhausted(const BoundSocket& socket, int error) {
  if (!exhausted_.Begins() || options_.warn == nullptr) return;
  options_.warn(absl::StrCat(
      "cannot accept connections on ",
      socket.address.ToString(),
      " now: ",
      strerror(error),
      IsExhaustion(error)
          ? "; they wait, and it goes on when there are descriptors and memory"
          : "; it is tried again"));
}

void Listener::TellFull(const BoundSocket& socket) {
  if (!full_.Begins() || options_.warn == nullptr) return;
  options_.warn(absl::StrCat(
      "connections on ",
      socket.address.ToString(),
      " are closed as they come: ",
      options_.max_connections,
      " are open, which is max_connections"));
}

}  // namespace hawkmount::listen
