#include "listen/socket_file.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "listen/file_descriptor.h"
#include "listen/resolve.h"

namespace hawkmount::listen {
namespace {

absl::Status Taken(const std::string& path, const std::string& why) {
  return absl::UnavailableError(
      absl::StrCat("cannot listen on unix:", path, ": ", why));
}

// 0: somebody listens; else why not.
int TryConnect(const std::string& path) {
  const FileDescriptor fd(
      socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return errno;
  const auto address = Resolve({AddressKind::kUnix, path, 0});
  if (connect(fd.get(), address->front().get(), address->front().size) == 0) {
    return 0;
  }
  return errno;
}

}  // namespace

SocketFile::SocketFile(std::string path) : path_(std::move(path)) {
  struct stat file;
  if (lstat(path_.c_str(), &file) != 0) {
    path_.clear();
    return;
  }
  device_ = file.st_dev;
  inode_ = file.st_ino;
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      device_(other.device_),
      inode_(other.inode_) {}

SocketFile::~SocketFile() {
  if (path_.empty()) return;
  struct stat file;
  if (lstat(path_.c_str(), &file) != 0) return;
  if (file.st_dev != device_ || file.st_ino != inode_) return;
  unlink(path_.c_str());
}

absl::Status RemoveStaleSocket(const std::string& path) {
  struct stat file;
  if (lstat(path.c_str(), &file) != 0) {
    if (errno == ENOENT) return absl::OkStatus();
    return Taken(path, strerror(errno));
  }
  if (!S_ISSOCK(file.st_mode)) {
    return Taken(
        path,
        "there is a file that is no socket; remove it, or name another path");
  }
  const int error = TryConnect(path);
  if (error == ENOENT) return absl::OkStatus();
  // A full backlog is a living listener's, too.
  if (error == 0 || error == EAGAIN) {
    return Taken(
        path, "another process listens on it; stop it, or name another path");
  }
  if (error != ECONNREFUSED) {
    return Taken(
        path,
        absl::StrCat(
            "there is a socket that this process cannot try (",
            strerror(error),
            "); remove it, or name another path"));
  }
  struct stat now;
  if (lstat(path.c_str(), &now) == 0 && now.st_ino == file.st_ino &&
      now.st_dev == file.st_dev && unlink(path.c_str()) != 0) {
    return Taken(
        path,
        absl::StrCat(
            "a socket that was left behind cannot be removed: ",
            strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace hawkmount::listen
