// Two event threads write one variable in their handlers, unguarded: the thread
// sanitizer must say so, and end the process. It only sees writes that are not
// ordered by something that both calls touch, so they go on until it does.

#include <chrono>
#include <thread>
#include <vector>

#include "handlers.h"

namespace {

using namespace acme::greeter::v1;  // NOLINT

constexpr std::chrono::minutes kPatience(2);

class Racy final : public GreeterHandler {
 public:
  hawkmount::Task SayHelloAsync(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    ++calls_;
    co_return absl::OkStatus();
  }

 private:
  long calls_ = 0;
};

}  // namespace

int main() {
  Racy racy;
  hawkmount::AppOptions options = e2e::Quiet();
  options.event_threads = 2;
  hawkmount::App app(options);
  auto& mount = app.Mount(GreeterMount(racy), {.host = "127.0.0.1", .port = 0});
  if (!app.Start().ok()) return 2;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      const GreeterClient client = e2e::ClientOf(mount.port());
      const auto end = std::chrono::steady_clock::now() + kPatience;
      while (std::chrono::steady_clock::now() < end) {
        (void)client.SayHello(SayHelloRequest());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return app.Shutdown(std::chrono::seconds(5)).ok() ? 0 : 2;
}
