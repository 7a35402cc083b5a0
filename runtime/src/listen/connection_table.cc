#include "listen/connection_table.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>

namespace hawkmount::listen {
namespace {

// Which socket a descriptor is, of all since the machine started; 0: none. The
// inode, where the kernel gives no cookie, is nearly as good.
uint64_t IdentityOf(int fd) {
  uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0) {
    return cookie;
  }
  if (errno != ENOPROTOOPT && errno != EOPNOTSUPP) return 0;
  struct stat socket;
  if (fstat(fd, &socket) != 0 || !S_ISSOCK(socket.st_mode)) return 0;
  return socket.st_ino;
}

}  // namespace

void ConnectionTable::Add(int fd) {
  const auto index = static_cast<size_t>(fd);
  if (index >= sockets_.size()) sockets_.resize(index + 1);
  // Whatever had the number before has closed it.
  if (sockets_[index] == 0) ++known_;
  sockets_[index] = IdentityOf(fd);
  if (sockets_[index] == 0) --known_;
}

size_t ConnectionTable::CountOpen() {
  for (size_t fd = 0; fd < sockets_.size(); ++fd) {
    if (sockets_[fd] == 0) continue;
    if (IdentityOf(static_cast<int>(fd)) == sockets_[fd]) continue;
    sockets_[fd] = 0;
    --known_;
  }
  return known_;
}

}  // namespace hawkmount::listen
