#ifndef HAWKMOUNT_TESTS_E2E_HANDLERS_H_
#define HAWKMOUNT_TESTS_E2E_HANDLERS_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "greeter.hawkmount.pb.h"
#include "hawkmount/app.h"

namespace e2e {

using namespace acme::greeter::v1;  // NOLINT: the service under test

// What a handler does beyond echoing is asked for by the first text of a call:
//   "fail"       returns NOT_FOUND "no such thing"
//   "throw"      throws std::runtime_error("secret")
//   "throw int"  throws 7
//   "late throw" throws after its first write
//   "early"      returns OK without reading on
//   "wait"       waits until it is cancelled, then returns OK
// Count has a number instead: see kFail and the rest.
inline constexpr uint32_t kFail = 1'000'001;
inline constexpr uint32_t kThrow = 1'000'002;
inline constexpr uint32_t kThrowInt = 1'000'003;
inline constexpr uint32_t kLateThrow = 1'000'004;
inline constexpr uint32_t kWait = 1'000'006;

class BlockingGreeter final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest& request,
      SayHelloResponse& response) override;
  absl::Status Count(
      CountContext& context,
      const CountRequest& request,
      CountStream& stream) override;
  absl::Status Collect(
      CollectContext& context,
      CollectStream& stream,
      CollectResponse& response) override;
  absl::Status Chat(ChatContext& context, ChatStream& stream) override;
};

class CoroutineGreeter final : public GreeterHandler {
 public:
  hawkmount::Task SayHelloAsync(
      SayHelloContext& context,
      const SayHelloRequest& request,
      SayHelloResponse& response) override;
  hawkmount::Task CountAsync(
      CountContext& context,
      const CountRequest& request,
      CountAsyncStream& stream) override;
  hawkmount::Task CollectAsync(
      CollectContext& context,
      CollectAsyncStream& stream,
      CollectResponse& response) override;
  hawkmount::Task ChatAsync(
      ChatContext& context, ChatAsyncStream& stream) override;
};

// An app that serves both, each on a port of its own.
class BothStyles {
 public:
  // Counted in `metrics`, if there is one, in place of the app.
  explicit BothStyles(
      hawkmount::AppOptions options = {},
      std::shared_ptr<hawkmount::MetricsRegistry> metrics = nullptr);

  hawkmount::App& app() { return app_; }
  // A client of its own channel.
  GreeterClient Client(hawkmount::Style style) const;
  int Port(hawkmount::Style style) const;

 private:
  BlockingGreeter blocking_;
  CoroutineGreeter coroutine_;
  hawkmount::App app_;
  hawkmount::MountHandle* blocking_mount_;
  hawkmount::MountHandle* coroutine_mount_;
};

// A client of the server on a port, over a connection that nobody else uses.
GreeterClient ClientOf(int port);

// Options of an app whose log goes nowhere.
hawkmount::AppOptions Quiet();

// How many threads of this process have a name.
int ThreadsNamed(const std::string& name);

// Waits, a minute at the most, until several looks in a row found no such
// thread: the kernel's list may lack some while others end.
bool AreGone(const std::string& name);

// A logger that keeps its lines.
std::shared_ptr<spdlog::logger> KeepLines(
    std::shared_ptr<std::vector<std::string>>& lines);

}  // namespace e2e

#endif  // HAWKMOUNT_TESTS_E2E_HANDLERS_H_
