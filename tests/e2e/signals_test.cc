// App::Run and signals, in children, as signals are the whole process's.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "handlers.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

// What the children are, by the name that they get as their argument.

hawkmount::AppOptions Telling() {
  auto logger = std::make_shared<spdlog::logger>(
      "told", std::make_shared<spdlog::sinks::stdout_sink_mt>());
  logger->set_pattern("%v");
  logger->flush_on(spdlog::level::trace);
  hawkmount::LogOptions log;
  log.sample = 0;
  return {.logger = logger, .log = log};
}

int Serve(std::function<void(hawkmount::App&)> prepare, int runs = 1) {
  CoroutineGreeter greeter;
  hawkmount::App app(Telling());
  app.Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = 0});
  if (prepare != nullptr) prepare(app);
  int result = 0;
  for (int i = 0; i < runs; ++i) result += app.Run();
  return result;
}

// Whose drain nobody would wait for.
int ServeSlowly() {
  CoroutineGreeter greeter;
  hawkmount::AppOptions options = Telling();
  options.drain_delay = 600s;
  hawkmount::App app(options);
  app.Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = 0});
  return app.Run();
}

constexpr auto kShortGrace = 300ms;

// Tells, when all is over, how many calls of the greeter's were begun, and how
// each of them ended.
int ServeCounted() {
  CoroutineGreeter greeter;
  hawkmount::AppOptions options = Telling();
  options.grace = kShortGrace;
  hawkmount::App app(options);
  app.Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = 0});
  const int result = app.Run();
  for (const char* method : {"SayHello", "Chat"}) {
    const std::string label = MethodLabel(method);
    const auto ended = [&](const char* code) {
      return Sample(
          app,
          "hawkapi_grpc_requests_total{" + label + ",code=\"" + code + "\"}");
    };
    std::printf(
        "%s %.0f %.0f %.0f\n",
        method,
        Sample(app, "hawkapi_grpc_requests_started_total{" + label + "}"),
        ended("OK"),
        ended("CANCELLED"));
  }
  std::fflush(stdout);
  return result;
}

// Says so in its start hook, and goes on when its standard input ends.
int StartSlowly() {
  return Serve([](hawkmount::App& app) {
    app.OnStart("slow", [] {
      std::puts("starting");
      std::fflush(stdout);
      for (char byte = 0; read(STDIN_FILENO, &byte, 1) > 0;) {
      }
      return absl::OkStatus();
    });
  });
}

void OldAction(int) {}

// 0: the actions that there were come back after each of two runs.
int RunTwice() {
  struct sigaction old {};
  old.sa_handler = OldAction;
  sigaction(SIGTERM, &old, nullptr);
  for (int run = 0; run < 2; ++run) {
    if (Serve(nullptr, 2) != 0) return 1;
    struct sigaction now {};
    sigaction(SIGTERM, nullptr, &now);
    if (now.sa_handler != OldAction) return 2;
    for (const int signal : {SIGINT, SIGQUIT, SIGPIPE}) {
      sigaction(signal, nullptr, &now);
      if (now.sa_handler != SIG_DFL) return 3;
    }
  }
  return 0;
}

// What a program that is started now inherits.
std::string Inherited() {
  std::string text;
  FILE* output = popen("grep -E '^Sig(Blk|Ign):' /proc/self/status", "re");
  std::array<char, 256> line;
  while (fgets(line.data(), line.size(), output) != nullptr)
    text += line.data();
  pclose(output);
  return text;
}

bool EndsByTerm(bool runs_another) {
  const pid_t child = fork();
  if (child == 0) {
    if (runs_another) execlp("sleep", "sleep", "600", nullptr);
    while (true) pause();
  }
  kill(child, SIGTERM);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM;
}

// 0: children of an app that runs are as if there were no app.
int HaveChildren() {
  const std::string before = Inherited();
  return Serve([before](hawkmount::App& app) {
    app.OnStart("children", [before] {
      if (!EndsByTerm(false) || !EndsByTerm(true)) {
        return absl::InternalError("a child is not ended by SIGTERM");
      }
      if (before.empty() || Inherited() != before) {
        return absl::InternalError("a program inherits other signals");
      }
      return absl::OkStatus();
    });
  });
}

int BeAChild(const std::string& name) {
  if (name == "serve") return Serve(nullptr);
  if (name == "serve-counted") return ServeCounted();
  if (name == "serve-slowly") return ServeSlowly();
  if (name == "start-slowly") return StartSlowly();
  if (name == "twice") return RunTwice();
  if (name == "children") return HaveChildren();
  return 99;
}

// One of them, from outside.
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
      execl("/proc/self/exe", "signals_test", "--child", name, nullptr);
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

bool Answers(int port) {
  return ClientOf(port).SayHello(SayHelloRequest(), {.timeout = 60s}).ok();
}

// H36, L10.
TEST(SignalsTest, ThreeOfThemDrain) {
  for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) {
    SCOPED_TRACE(signal);
    Child child("serve");
    EXPECT_TRUE(Answers(child.WaitForPort()));
    child.Send(signal);
    child.ExpectsExit(0);
  }
}

// L10.
TEST(SignalsTest, OthersAreTheProgramsOwn) {
  for (const int signal : {SIGHUP, SIGUSR1}) {
    Child child("serve");
    child.WaitForPort();
    child.Send(signal);
    const int status = child.Wait();
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), signal);
  }
}

TEST(SignalsTest, ABrokenPipeIsNobodysEnd) {
  Child child("serve");
  const int port = child.WaitForPort();
  child.Send(SIGPIPE);
  EXPECT_TRUE(Answers(port));
  child.Send(SIGTERM);
  child.ExpectsExit(0);
}

// L8. The drain would take ten minutes.
TEST(SignalsTest, ASecondOneEndsAtOnce) {
  Child child("serve-slowly");
  const int port = child.WaitForPort();
  child.Send(SIGTERM);
  child.WaitFor("draining");
  EXPECT_TRUE(Answers(port));
  const auto sent = std::chrono::steady_clock::now();
  child.Send(SIGTERM);
  child.ExpectsExit(128 + SIGTERM);
  EXPECT_LE(std::chrono::steady_clock::now() - sent, 1s);
}

// L9.
TEST(SignalsTest, DuringTheStart) {
  Child child("start-slowly");
  child.WaitFor("starting");
  child.Send(SIGTERM);
  child.EndInput();
  child.ExpectsExit(0);
}

// L11.
TEST(SignalsTest, StoppedAndContinued) {
  Child child("serve");
  const int port = child.WaitForPort();
  const GreeterClient client = ClientOf(port);
  ASSERT_TRUE(client.SayHello(SayHelloRequest(), {.timeout = 60s}).ok());
  child.Send(SIGSTOP);
  absl::Status meanwhile = absl::UnknownError("not yet");
  std::jthread call([&] {
    meanwhile = client.SayHello(SayHelloRequest(), {.timeout = 60s}).status();
  });
  const bool is_long = std::getenv("HAWKMOUNT_LONG") != nullptr;
  std::this_thread::sleep_for(is_long ? 10s : 1s);
  child.Send(SIGCONT);
  call.join();
  EXPECT_TRUE(meanwhile.ok()) << meanwhile;
  child.Send(SIGTERM);
  child.ExpectsExit(0);
}

TEST(SignalsTest, IgnoredOnesStayIgnored) {
  Child child("serve", SIGINT);
  const int port = child.WaitForPort();
  child.Send(SIGINT);
  EXPECT_TRUE(Answers(port));
  child.Send(SIGTERM);
  child.ExpectsExit(0);
}

TEST(SignalsTest, ActionsComeBackAndRunRunsAgain) {
  Child child("twice");
  for (int run = 0; run < 4; ++run) {
    EXPECT_TRUE(Answers(child.WaitForPort())) << run;
    child.Send(SIGTERM);
    child.WaitFor("stopped");
  }
  child.ExpectsExit(0);
}

TEST(SignalsTest, ChildrenGetThemAsIfThereWereNoApp) {
  Child child("children");
  EXPECT_TRUE(Answers(child.WaitForPort()));
  child.Send(SIGTERM);
  child.ExpectsExit(0);
}

// What became of calls, as a child or its callers have it.
struct Calls {
  int begun = 0;
  int ok = 0;
  int cut_off = 0;
};

Calls Counted(Child& child, const std::string& method) {
  Calls calls;
  const std::string line = child.WaitFor(method + " ");
  EXPECT_EQ(
      std::sscanf(
          line.c_str(), "%d %d %d", &calls.begun, &calls.ok, &calls.cut_off),
      3)
      << line;
  EXPECT_EQ(calls.begun, calls.ok + calls.cut_off) << line;
  return calls;
}

bool IsCutOff(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsCancelled(status);
}

constexpr int kCallers = 4;

// Calls until the server goes away.
void CallOnAndOn(int port, std::atomic<int>& ok) {
  const GreeterClient client = ClientOf(port);
  absl::Status status;
  do {
    status = client.SayHello(SayHelloRequest(), {.timeout = 60s}).status();
    ok += status.ok();
  } while (status.ok());
  EXPECT_TRUE(IsCutOff(status)) << status;
}

// Talks until the server goes away.
void TalkOnAndOn(int port, std::atomic<int>& lines) {
  const GreeterClient client = ClientOf(port);
  auto stream = client.Chat({.timeout = 60s});
  ChatRequest request;
  request.set_line("x");
  for (ChatResponse response; stream.Write(request) && stream.Read(response);) {
    ++lines;
  }
  const absl::Status status = stream.Finish();
  EXPECT_TRUE(IsCutOff(status)) << status;
}

// L7. A call ends with what its handler said, or its caller is told that the
// server went away; the server has counted each of them.
TEST(SignalsTest, UnderLoad) {
  const int rounds = std::getenv("HAWKMOUNT_LONG") != nullptr ? 200 : 20;
  int answered = 0;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    Child child("serve-counted");
    const int port = child.WaitForPort();
    std::atomic<int> ok = 0;
    std::atomic<int> lines = 0;
    std::vector<std::jthread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back([&] { CallOnAndOn(port, ok); });
    }
    callers.emplace_back([&] { TalkOnAndOn(port, lines); });
    while (ok < 20 + round || lines == 0) std::this_thread::yield();
    const auto sent = std::chrono::steady_clock::now();
    child.Send(SIGTERM);
    const Calls hellos = Counted(child, "SayHello");
    const Calls chats = Counted(child, "Chat");
    child.ExpectsExit(0);
    EXPECT_LE(std::chrono::steady_clock::now() - sent, kShortGrace + 1s);
    callers.clear();
    // Each caller's last call may have been lost on its way, or cut off.
    EXPECT_GE(hellos.ok, ok);
    EXPECT_LE(hellos.begun, ok + kCallers);
    EXPECT_EQ(chats.begun, 1);
    EXPECT_EQ(chats.cut_off, 1);
    answered += ok;
    if (testing::Test::HasFailure()) break;
  }
  std::printf("%d calls answered in %d rounds\n", answered, rounds);
}

}  // namespace
}  // namespace e2e

int main(int argc, char** argv) {
  if (argc > 2 && std::string(argv[1]) == "--child") {
    return e2e::BeAChild(argv[2]);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
