#ifndef HAWKMOUNT_TESTS_E2E_CHILD_H_
#define HAWKMOUNT_TESTS_E2E_CHILD_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "hawkmount/app.h"

namespace e2e {

// For an app in a child: its log without the calls, on standard output.
inline hawkmount::AppOptions Telling() {
  auto logger = std::make_shared<spdlog::logger>(
      "told", std::make_shared<spdlog::sinks::stdout_sink_mt>());
  logger->set_pattern("%v");
  logger->flush_on(spdlog::level::trace);
  hawkmount::LogOptions log;
  log.sample = 0;
  return {.logger = logger, .log = log};
}

// This program once more, with --child NAME, from outside.
class Child {
 public:
  explicit Child(const char* name, int ignored = 0) {
    int out[2];
    int in[2];
    EXPECT_EQ(pipe2(out, O_CLOEXEC) + pipe2(in, O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(in[0], STDIN_FILENO);
      dup2(out[1], STDOUT_FILENO);
      if (ignored != 0) signal(ignored, SIG_IGN);
      execl("/proc/self/exe", "child", "--child", name, nullptr);
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    input_ = in[1];
    output_ = fdopen(out[0], "r");
  }

  ~Child() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    EndInput();
    fclose(output_);
  }

  // The rest of the first line that begins so; empty: there is none.
  std::string WaitFor(const std::string& beginning) {
    std::array<char, 4096> line;
    while (fgets(line.data(), line.size(), output_) != nullptr) {
      const std::string text(line.data());
      if (text.rfind(beginning, 0) == 0) return text.substr(beginning.size());
    }
    ADD_FAILURE() << "it ended without saying: " << beginning;
    return "";
  }

  int WaitForPort() {
    return std::atoi(WaitFor("serving on 127.0.0.1:").c_str());
  }

  void Send(int signal) { ASSERT_EQ(kill(pid_, signal), 0); }

  void EndInput() {
    if (input_ >= 0) close(input_);
    input_ = -1;
  }

  // Its wait status.
  int Wait() {
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
    pid_ = -1;
    return status;
  }

  void ExpectsExit(int code) {
    const int status = Wait();
    EXPECT_TRUE(WIFEXITED(status)) << status;
    EXPECT_EQ(WEXITSTATUS(status), code);
  }

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  FILE* output_ = nullptr;
};

}  // namespace e2e

#endif  // HAWKMOUNT_TESTS_E2E_CHILD_H_
