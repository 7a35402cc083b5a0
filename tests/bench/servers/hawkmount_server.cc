// A hawkmount server: `hawkmount_server coroutine|ready|blocking|mixed`.

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "bench.hawkmount.pb.h"
#include "servers/answer.h"
#include "servers/callgrind_window.h"
#include "servers/guarded_mount.h"
#include "servers/served_app.h"
#include "servers/server_flags.h"

namespace hawkmount::bench {
namespace {

class CoroutineEcho final : public EchoHandler {
 public:
  explicit CoroutineEcho(CallgrindWindow& window) : window_(window) {}

  Task UnaryAsync(
      UnaryContext&, const EchoRequest& request, EchoReply& reply) override {
    window_.Count();
    Answer(request, reply);
    co_return absl::OkStatus();
  }

  Task BigUnaryAsync(
      BigUnaryContext&, const Big& request, Big& reply) override {
    window_.Count();
    Answer(request, reply);
    co_return absl::OkStatus();
  }

  Task DownloadAsync(
      DownloadContext&,
      const EchoRequest& request,
      DownloadAsyncStream& stream) override {
    EchoReply reply;
    for (uint32_t sent = 0; sent < request.count(); ++sent) {
      window_.Count();
      Answer(request, reply);
      reply.set_number(sent);
      if (!co_await stream.Write(reply)) co_return absl::CancelledError();
    }
    co_return absl::OkStatus();
  }

  Task ChatAsync(ChatContext&, ChatAsyncStream& stream) override {
    EchoRequest request;
    EchoReply reply;
    while (co_await stream.Read(request)) {
      window_.Count();
      Answer(request, reply);
      if (!co_await stream.Write(reply)) co_return absl::CancelledError();
    }
    co_return absl::OkStatus();
  }

 private:
  CallgrindWindow& window_;
};

// Functions that return a task which is ready.
class ReadyEcho final : public EchoHandler {
 public:
  explicit ReadyEcho(CallgrindWindow& window) : window_(window) {}

  Task UnaryAsync(
      UnaryContext&, const EchoRequest& request, EchoReply& reply) override {
    window_.Count();
    Answer(request, reply);
    return absl::OkStatus();
  }

 private:
  CallgrindWindow& window_;
};

class BlockingEcho final : public EchoHandler {
 public:
  explicit BlockingEcho(CallgrindWindow& window) : window_(window) {}

  absl::Status Unary(
      UnaryContext&, const EchoRequest& request, EchoReply& reply) override {
    window_.Count();
    Answer(request, reply);
    return absl::OkStatus();
  }

  absl::Status BigUnary(
      BigUnaryContext&, const Big& request, Big& reply) override {
    window_.Count();
    Answer(request, reply);
    return absl::OkStatus();
  }

 private:
  CallgrindWindow& window_;
};

// Unary as a coroutine, and beside it a method that takes workers and holds
// each for a while, so that calls at the same time take as many of them.
class MixedEcho final : public EchoHandler {
 public:
  explicit MixedEcho(CallgrindWindow& window) : window_(window) {}

  Task UnaryAsync(
      UnaryContext&, const EchoRequest& request, EchoReply& reply) override {
    window_.Count();
    Answer(request, reply);
    co_return absl::OkStatus();
  }

  absl::Status BigUnary(
      BigUnaryContext&, const Big& request, Big& reply) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    Answer(request, reply);
    return absl::OkStatus();
  }

 private:
  CallgrindWindow& window_;
};

template <class Handler>
[[noreturn]] void Serve(const ServerFlags& flags) {
  CallgrindWindow window(flags.warm, flags.counted);
  Handler handler(window);
  const int output =
      flags.log.empty() ? STDOUT_FILENO : SendOutputTo(flags.log);
  constexpr EchoStyles kStyles = EchoStyles::Of<Handler>();
  std::vector<std::shared_ptr<Interceptor>> listed;
  if (flags.chain == "listed") listed = ListedGuards(window);
  const EchoMount mount =
      flags.chain == "typed"       ? GuardedMount(handler, kStyles, window)
      : flags.chain == "elsewhere" ? MountGuardedElsewhere(handler, kStyles)
                                   : EchoMount(handler);
  ServeUntilInputEnds(StartApp(mount, flags, std::move(listed)), output);
}

}  // namespace
}  // namespace hawkmount::bench

int main(int argc, char** argv) {
  namespace bench = hawkmount::bench;
  const bench::ServerFlags flags = bench::ParseServerFlags(argc, argv);
  if (flags.model == "coroutine") bench::Serve<bench::CoroutineEcho>(flags);
  if (flags.model == "ready") bench::Serve<bench::ReadyEcho>(flags);
  if (flags.model == "blocking") bench::Serve<bench::BlockingEcho>(flags);
  if (flags.model == "mixed") bench::Serve<bench::MixedEcho>(flags);
  std::fprintf(stderr, "no model %s\n", flags.model.c_str());
  return 2;
}
