#include "sockets.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

namespace e2e {

using hawkmount::listen::FileDescriptor;

namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

}  // namespace

FileDescriptor TcpSocket() {
  FileDescriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_TRUE(fd.valid());
  return fd;
}

bool ConnectTo(const FileDescriptor& socket, int port) {
  const sockaddr_in address = Loopback(port);
  return connect(
             socket.get(),
             reinterpret_cast<const sockaddr*>(&address),
             sizeof(address)) == 0;
}

FileDescriptor ConnectedTo(int port) {
  FileDescriptor fd = TcpSocket();
  EXPECT_TRUE(ConnectTo(fd, port));
  return fd;
}

FileDescriptor ListeningOn(int* port) {
  FileDescriptor fd = TcpSocket();
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(fd.get(), raw, size), 0);
  EXPECT_EQ(listen(fd.get(), 16), 0);
  EXPECT_EQ(getsockname(fd.get(), raw, &size), 0);
  *port = ntohs(address.sin_port);
  return fd;
}

int FreePort() {
  std::random_device random;
  std::uniform_int_distribution<int> some(15000, 32000);
  while (true) {
    const sockaddr_in address = Loopback(some(random));
    const FileDescriptor fd = TcpSocket();
    const auto* raw = reinterpret_cast<const sockaddr*>(&address);
    if (bind(fd.get(), raw, sizeof(address)) == 0) {
      return ntohs(address.sin_port);
    }
  }
}

void Reset(FileDescriptor socket) {
  const linger now{1, 0};
  EXPECT_EQ(
      setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
}

bool IsClosedByPeer(const FileDescriptor& socket) {
  return Eventually([&] {
    char bytes[256];
    const ssize_t got = recv(socket.get(), bytes, sizeof(bytes), MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN);
  });
}

int CountDescriptors() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

bool Eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name =
      (std::filesystem::temp_directory_path() / "listen-XXXXXX").string();
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace e2e
