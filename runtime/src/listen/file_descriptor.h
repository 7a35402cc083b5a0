#ifndef HAWKMOUNT_LISTEN_FILE_DESCRIPTOR_H_
#define HAWKMOUNT_LISTEN_FILE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace hawkmount::listen {

// Owns a descriptor, and closes it.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) Reset(other.release());
    return *this;
  }
  ~FileDescriptor() { Reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  // It is the caller's to close.
  int release() { return std::exchange(fd_, -1); }
  void Reset(int fd = -1) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

}  // namespace hawkmount::listen

#endif  // HAWKMOUNT_LISTEN_FILE_DESCRIPTOR_H_
