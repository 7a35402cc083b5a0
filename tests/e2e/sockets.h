#ifndef HAWKMOUNT_TESTS_E2E_SOCKETS_H_
#define HAWKMOUNT_TESTS_E2E_SOCKETS_H_

#include <functional>
#include <string>

#include "listen/file_descriptor.h"

namespace e2e {

// Raw TCP sockets of 127.0.0.1, unless said otherwise.

hawkmount::listen::FileDescriptor TcpSocket();
// Whether it could.
bool ConnectTo(const hawkmount::listen::FileDescriptor& socket, int port);
hawkmount::listen::FileDescriptor ConnectedTo(int port);
// One that listens, by a plain program.
hawkmount::listen::FileDescriptor ListeningOn(int* port);
// A port that nobody listens on, out of those that no connection is given by
// itself: nobody has it until the test does.
int FreePort();
// Closed by a reset, not an orderly end.
void Reset(hawkmount::listen::FileDescriptor socket);
// Waits until the other side has closed it.
bool IsClosedByPeer(const hawkmount::listen::FileDescriptor& socket);

// Of this process.
int CountDescriptors();

// Waits for a condition, at most a minute.
bool Eventually(const std::function<bool()>& condition);

// A directory of its own, removed with what is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  std::string Path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace e2e

#endif  // HAWKMOUNT_TESTS_E2E_SOCKETS_H_
