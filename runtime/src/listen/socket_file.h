#ifndef HAWKMOUNT_LISTEN_SOCKET_FILE_H_
#define HAWKMOUNT_LISTEN_SOCKET_FILE_H_

#include <sys/types.h>

#include <optional>
#include <string>

#include "absl/status/status.h"

namespace hawkmount::listen {

// The file of a bound socket: goes with it, unless another took its place.
class SocketFile {
 public:
  // The file that was bound just now.
  explicit SocketFile(std::string path);
  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&& other) = delete;
  ~SocketFile();

 private:
  std::string path_;  // empty: moved from
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

// Removes a socket that its server left behind: one to which nobody listens any
// more. UNAVAILABLE when somebody does, or when the file is something else. Two
// processes that do so at the same moment may take each other's.
absl::Status RemoveStaleSocket(const std::string& path);

}  // namespace hawkmount::listen

#endif  // HAWKMOUNT_LISTEN_SOCKET_FILE_H_
