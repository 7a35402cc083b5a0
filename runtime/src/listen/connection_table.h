#ifndef HAWKMOUNT_LISTEN_CONNECTION_TABLE_H_
#define HAWKMOUNT_LISTEN_CONNECTION_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hawkmount::listen {

// Which of the connections that were handed to gRPC are still open.
//
// gRPC owns their descriptors and does not tell when it closes one, and a
// second descriptor of our own would keep the connection open. So a connection
// is known by its descriptor's number and its socket's cookie (SO_COOKIE): it
// is over when that number is closed or another socket's. Looking costs a
// system call for each connection, and is done only when somebody asks.
//
// Not thread-safe.
class ConnectionTable {
 public:
  // A socket that is still the caller's, before gRPC gets it.
  void Add(int fd);

  // At least as many as are open.
  size_t upper_bound() const { return known_; }
  // Looks which are open, and forgets the others.
  size_t CountOpen();

 private:
  std::vector<uint64_t> sockets_;  // by descriptor; 0: none
  size_t known_ = 0;
};

}  // namespace hawkmount::listen

#endif  // HAWKMOUNT_LISTEN_CONNECTION_TABLE_H_
