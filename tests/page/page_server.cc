// Serves the greeter with its status page, and calls itself, so that there is
// something to see: fast and slow, failing and waiting calls. Prints the HTTP
// port. A line on standard input ends the calls, which it answers with
// "quiet"; the end of input ends the program.

#include <atomic>
#include <chrono>
#include <iostream>
#include <string>
#include <thread>

#include "handlers.h"

namespace {

using namespace e2e;
using namespace std::chrono_literals;

void CallAgainAndAgain(
    const GreeterClient& client, const std::atomic<bool>& calling) {
  for (int i = 0; calling; ++i) {
    SayHelloRequest hello;
    hello.set_name(i % 40 == 7 ? "fail" : i % 300 == 30 ? "throw" : "tea");
    (void)client.SayHello(hello, {.timeout = 10s});
    if (i % 25 == 0) {
      hello.set_name("wait");
      (void)client.SayHello(
          hello, {.timeout = std::chrono::milliseconds(2 + i % 170)});
    }
    if (i % 3 == 0) {
      CountRequest up_to;
      up_to.set_up_to(static_cast<uint32_t>(i % 900));
      auto stream = client.Count(up_to);
      CountResponse number;
      while (stream.Read(number)) {
      }
      (void)stream.Finish();
    }
    std::this_thread::sleep_for(2ms);
  }
}

}  // namespace

int main() {
  hawkmount::AppOptions options = Quiet();
  options.http = {.host = "127.0.0.1", .port = 0};
  BothStyles served(options);
  if (absl::Status started = served.app().Start(); !started.ok()) {
    std::cerr << started << "\n";
    return 1;
  }
  std::cout << served.app().http_port() << std::endl;

  const GreeterClient blocking = served.Client(hawkmount::kBlocking);
  const GreeterClient coroutine = served.Client(hawkmount::kCoroutine);
  // In flight as long as it is looked at.
  auto chat = coroutine.Chat();
  ChatRequest line;
  line.set_line("hello");
  ChatResponse said;
  if (!chat.Write(line) || !chat.Read(said)) return 1;

  std::atomic<bool> calling = true;
  std::thread first([&] { CallAgainAndAgain(blocking, calling); });
  std::thread second([&] { CallAgainAndAgain(coroutine, calling); });
  std::string asked;
  std::getline(std::cin, asked);
  calling = false;
  first.join();
  second.join();
  std::cout << "quiet" << std::endl;
  while (std::getline(std::cin, asked)) {
  }
  chat.WritesDone();
  (void)chat.Finish();
  return served.app().Shutdown(60s).ok() ? 0 : 1;
}
