#include "handlers.h"

#include <dirent.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "hawkmount/await.h"

namespace e2e {

using namespace std::chrono_literals;

namespace {

// The status of a text that asks for one right away.
absl::Status Obey(const std::string& text) {
  if (text == "throw") throw std::runtime_error("secret");
  if (text == "throw int") throw 7;
  if (text == "fail") return absl::NotFoundError("no such thing");
  return absl::OkStatus();
}

absl::Status Obey(uint32_t number) {
  if (number == kThrow) return Obey("throw");
  if (number == kThrowInt) return Obey("throw int");
  if (number == kFail) return Obey("fail");
  return absl::OkStatus();
}

uint32_t LastNumber(uint32_t asked) {
  if (asked == kLateThrow) return 1;
  return asked == kWait ? 0 : asked;
}

void WaitForCancel(const hawkmount::Context& context) {
  while (!context.IsCancelled()) std::this_thread::sleep_for(1ms);
}

hawkmount::TaskOf<void> WaitForCancelAsync() {
  bool slept = true;  // see the note on g++ 12.2 at hawkmount::TaskOf
  while (slept) slept = co_await hawkmount::Sleep(1h);
}

}  // namespace

absl::Status BlockingGreeter::SayHello(
    SayHelloContext& context,
    const SayHelloRequest& request,
    SayHelloResponse& response) {
  if (absl::Status asked = Obey(request.name()); !asked.ok()) return asked;
  if (request.name() == "wait") WaitForCancel(context);
  response.set_greeting("Hello, " + request.name());
  return absl::OkStatus();
}

absl::Status BlockingGreeter::Count(
    CountContext& context, const CountRequest& request, CountStream& stream) {
  if (absl::Status asked = Obey(request.up_to()); !asked.ok()) return asked;
  CountResponse response;
  for (uint32_t i = 1; i <= LastNumber(request.up_to()); ++i) {
    response.set_number(i);
    if (!stream.Write(response)) return absl::CancelledError();
  }
  if (request.up_to() == kLateThrow) throw std::runtime_error("secret");
  if (request.up_to() == kWait) WaitForCancel(context);
  return absl::OkStatus();
}

absl::Status BlockingGreeter::Collect(
    CollectContext& context, CollectStream& stream, CollectResponse& response) {
  CollectRequest request;
  while (stream.Read(request)) {
    if (absl::Status asked = Obey(request.name()); !asked.ok()) return asked;
    if (request.name() == "early") break;
    if (request.name() == "wait") WaitForCancel(context);
    response.add_names(request.name());
  }
  return absl::OkStatus();
}

absl::Status BlockingGreeter::Chat(ChatContext& context, ChatStream& stream) {
  ChatRequest request;
  ChatResponse response;
  while (stream.Read(request)) {
    if (absl::Status asked = Obey(request.line()); !asked.ok()) return asked;
    if (request.line() == "early") return absl::OkStatus();
    response.set_line(request.line());
    if (!stream.Write(response)) return absl::CancelledError();
    if (request.line() == "late throw") throw std::runtime_error("secret");
    if (request.line() == "wait") WaitForCancel(context);
  }
  return absl::OkStatus();
}

hawkmount::Task CoroutineGreeter::SayHelloAsync(
    SayHelloContext&,
    const SayHelloRequest& request,
    SayHelloResponse& response) {
  if (absl::Status asked = Obey(request.name()); !asked.ok()) co_return asked;
  if (request.name() == "wait") co_await WaitForCancelAsync();
  response.set_greeting("Hello, " + request.name());
  co_return absl::OkStatus();
}

hawkmount::Task CoroutineGreeter::CountAsync(
    CountContext&, const CountRequest& request, CountAsyncStream& stream) {
  if (absl::Status asked = Obey(request.up_to()); !asked.ok()) co_return asked;
  CountResponse response;
  for (uint32_t i = 1; i <= LastNumber(request.up_to()); ++i) {
    response.set_number(i);
    if (!co_await stream.Write(response)) co_return absl::CancelledError();
  }
  if (request.up_to() == kLateThrow) throw std::runtime_error("secret");
  if (request.up_to() == kWait) co_await WaitForCancelAsync();
  co_return absl::OkStatus();
}

hawkmount::Task CoroutineGreeter::CollectAsync(
    CollectContext&, CollectAsyncStream& stream, CollectResponse& response) {
  CollectRequest request;
  while (co_await stream.Read(request)) {
    if (absl::Status asked = Obey(request.name()); !asked.ok()) co_return asked;
    if (request.name() == "early") break;
    if (request.name() == "wait") co_await WaitForCancelAsync();
    response.add_names(request.name());
  }
  co_return absl::OkStatus();
}

hawkmount::Task CoroutineGreeter::ChatAsync(
    ChatContext&, ChatAsyncStream& stream) {
  ChatRequest request;
  ChatResponse response;
  while (co_await stream.Read(request)) {
    if (absl::Status asked = Obey(request.line()); !asked.ok()) co_return asked;
    if (request.line() == "early") co_return absl::OkStatus();
    response.set_line(request.line());
    if (!co_await stream.Write(response)) co_return absl::CancelledError();
    if (request.line() == "late throw") throw std::runtime_error("secret");
    if (request.line() == "wait") co_await WaitForCancelAsync();
  }
  co_return absl::OkStatus();
}

BothStyles::BothStyles(
    hawkmount::AppOptions options,
    std::shared_ptr<hawkmount::MetricsRegistry> metrics)
    : app_(std::move(options)),
      blocking_mount_(&app_.Mount(
          GreeterMount(blocking_),
          {.host = "127.0.0.1", .port = 0, .metrics = metrics})),
      coroutine_mount_(&app_.Mount(
          GreeterMount(coroutine_),
          {.host = "127.0.0.1", .port = 0, .metrics = metrics})) {}

int BothStyles::Port(hawkmount::Style style) const {
  return (style == hawkmount::kBlocking ? blocking_mount_ : coroutine_mount_)
      ->port();
}

GreeterClient BothStyles::Client(hawkmount::Style style) const {
  return ClientOf(Port(style));
}

GreeterClient ClientOf(int port) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return GreeterClient(hawkmount::Channel(grpc::CreateCustomChannel(
      "127.0.0.1:" + std::to_string(port),
      grpc::InsecureChannelCredentials(),
      arguments)));
}

hawkmount::AppOptions Quiet() {
  return {
      .logger = std::make_shared<spdlog::logger>(
          "quiet", std::make_shared<spdlog::sinks::null_sink_mt>())};
}

namespace {

// abseil's own watch over gRPC's locks makes the thread sanitizer ten times
// slower, and finds nothing that is ours.
[[maybe_unused]] const bool tuned = (hawkmount::TuneProcess(), true);

class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LineSink(std::shared_ptr<std::vector<std::string>> lines)
      : lines_(std::move(lines)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    lines_->emplace_back(message.payload.data(), message.payload.size());
  }
  void flush_() override {}

  std::shared_ptr<std::vector<std::string>> lines_;
};

}  // namespace

int ThreadsNamed(const std::string& name) {
  int count = 0;
  DIR* tasks = opendir("/proc/self/task");
  while (const dirent* task = readdir(tasks)) {
    std::ifstream comm(
        std::string("/proc/self/task/") + task->d_name + "/comm");
    std::string found;
    if (comm >> found && found == name) ++count;
  }
  closedir(tasks);
  return count;
}

bool AreGone(const std::string& name) {
  int missed = 0;
  for (int i = 0; i < 12000 && missed < 5; ++i) {
    missed = ThreadsNamed(name) == 0 ? missed + 1 : 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return missed == 5;
}

std::shared_ptr<spdlog::logger> KeepLines(
    std::shared_ptr<std::vector<std::string>>& lines) {
  lines = std::make_shared<std::vector<std::string>>();
  return std::make_shared<spdlog::logger>(
      "kept", std::make_shared<LineSink>(lines));
}

}  // namespace e2e
