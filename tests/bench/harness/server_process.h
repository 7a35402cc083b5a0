#ifndef HAWKMOUNT_BENCH_HARNESS_SERVER_PROCESS_H_
#define HAWKMOUNT_BENCH_HARNESS_SERVER_PROCESS_H_

#include <grpcpp/grpcpp.h>
#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

namespace hawkmount::bench {

// One of the servers in servers/, as a process of its own. It says its port on
// its standard output and ends when its standard input does: also when the
// benchmark dies.
class ServerProcess {
 public:
  // Starts a program, the first of `command`, and waits for its port.
  explicit ServerProcess(const std::vector<std::string>& command);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  pid_t pid() const { return pid_; }

  // A new channel with a connection of its own, connected.
  std::shared_ptr<grpc::Channel> Connect() const;

  // Ends the server and waits for that. What the destructor does too.
  void Stop();

 private:
  pid_t pid_ = 0;
  int input_ = -1;
  int port_ = 0;
};

// The path of a program built beside the benchmark that runs.
std::string BesideMe(const std::string& program);

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_SERVER_PROCESS_H_
