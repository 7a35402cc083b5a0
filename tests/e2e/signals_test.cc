// App::Run and signals, in children, as signals are the whole process's.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "child.h"
#include "handlers.h"
#include "hiccup_meter.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

// What the children are, by the name that they get as their argument.

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
  if (name == "serve-slowly") return ServeSlowly();
  if (name == "start-slowly") return StartSlowly();
  if (name == "twice") return RunTwice();
  if (name == "children") return HaveChildren();
  return 99;
}

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

// The thread sanitizer alone takes a second to end a process.
#ifdef __SANITIZE_THREAD__
constexpr auto kAtOnce = 10s;
#else
constexpr auto kAtOnce = 1s;
#endif

// L8. The drain would take ten minutes.
TEST(SignalsTest, ASecondOneEndsAtOnce) {
  Child child("serve-slowly");
  const int port = child.WaitForPort();
  child.Send(SIGTERM);
  child.WaitFor("draining");
  EXPECT_TRUE(Answers(port));
  const HiccupMeter meter;
  child.Send(SIGTERM);
  child.ExpectsExit(128 + SIGTERM);
  EXPECT_LE(meter.granted(), kAtOnce);
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

}  // namespace
}  // namespace e2e

int main(int argc, char** argv) {
  if (argc > 2 && std::string(argv[1]) == "--child") {
    return e2e::BeAChild(argv[2]);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
