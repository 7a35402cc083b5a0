#include "listen/connection_table.h"

#include <sys/stat.h>

namespace hawkmount::listen {
namespace {

// 0: the descriptor is no open socket.
ino_t InodeOf(int fd) {
  struct stat socket;
  if (fstat(fd, &socket) != 0 || !S_ISSOCK(socket.st_mode)) return 0;
  return socket.st_ino;
}

}  // namespace

void ConnectionTable::Add(int fd) {
  const auto index = static_cast<size_t>(fd);
  if (index >= inodes_.size()) inodes_.resize(index + 1);
  // Whatever had the number before has closed it.
  if (inodes_[index] == 0) ++known_;
  inodes_[index] = InodeOf(fd);
  if (inodes_[index] == 0) --known_;
}

size_t ConnectionTable::CountOpen() {
  for (size_t fd = 0; fd < inodes_.size(); ++fd) {
    if (inodes_[fd] == 0) continue;
    if (InodeOf(static_cast<int>(fd)) == inodes_[fd]) continue;
    inodes_[fd] = 0;
    --known_;
  }
  return known_;
}

}  // namespace hawkmount::listen
