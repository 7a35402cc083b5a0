#include "harness/server_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "harness/claims.h"

extern char** environ;

namespace hawkmount::bench {
namespace {

// The number in the line "port N"; 0 when the server ended before it.
int ReadPort(int output) {
  FILE* stream = fdopen(output, "r");
  int port = 0;
  char line[256];
  while (port == 0 && std::fgets(line, sizeof line, stream) != nullptr) {
    if (std::sscanf(line, "port %d", &port) != 1) std::fputs(line, stderr);
  }
  std::fclose(stream);
  return port;
}

}  // namespace

ServerProcess::ServerProcess(const std::vector<std::string>& command) {
  int input[2];
  int output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) {
    CannotRun("no pipe to a server");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : command) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  const int error = posix_spawn(
      &pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(input[0]);
  close(output[1]);
  input_ = input[1];
  if (error == 0) {
    port_ = ReadPort(output[0]);
  } else {
    close(output[0]);
  }
  if (port_ == 0) {
    CannotRun(
        absl::StrCat("a server did not start: ", absl::StrJoin(command, " ")));
  }
}

ServerProcess::~ServerProcess() { Stop(); }

std::shared_ptr<grpc::Channel> ServerProcess::Connect() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  auto channel = grpc::CreateCustomChannel(
      absl::StrCat("127.0.0.1:", port_),
      grpc::InsecureChannelCredentials(),
      arguments);
  const auto deadline =
      std::chrono::system_clock::now() + std::chrono::seconds(60);
  if (!channel->WaitForConnected(deadline)) {
    CannotRun("no connection to a server within a minute");
  }
  return channel;
}

void ServerProcess::Stop() {
  if (pid_ == 0) return;
  close(input_);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = 0;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    CannotRun("a server ended badly");
  }
}

std::string BesideMe(const std::string& program) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() /
         program;
}

}  // namespace hawkmount::bench
