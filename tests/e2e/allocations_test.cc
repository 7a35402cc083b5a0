// How often a unary call takes memory: hawkmount with its hooks on and off, in
// both styles, beside a completion-queue server written by hand which reads the
// peer and one header. Each allocation of the process counts, whoever makes it;
// the client is the same for all.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "greeter.grpc.pb.h"
#include "greeter.hawkmount.pb.h"
#include "hawkmount/app.h"
#include "hawkmount/interceptors/rate_limit.h"

namespace {

std::atomic<long> allocations{0};
std::atomic<bool> counting{false};

// The log writer keeps what was slow or failed; that is no call's doing.
bool IsLogWriter() {
  thread_local constinit int known = 0;
  if (known == 0) {
    char name[16] = "";
    pthread_getname_np(pthread_self(), name, sizeof(name));
    known = std::string_view(name) == "hawkmount-log" ? 1 : 2;
  }
  return known == 1;
}

void CountOne() {
  if (!counting.load(std::memory_order_relaxed)) return;
  if (!IsLogWriter()) allocations.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

// The C library's own, under the names that it has for those who put theirs in
// front: all of the process comes through here, operator new included.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) {
  CountOne();
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  CountOne();
  return __libc_calloc(count, size);
}
void* realloc(void* old, size_t size) {
  CountOne();
  return __libc_realloc(old, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  CountOne();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** to, size_t alignment, size_t size) {
  CountOne();
  *to = __libc_memalign(alignment, size);
  return *to == nullptr ? 12 : 0;
}
}

namespace e2e {
namespace {

using acme::greeter::v1::Greeter;
using acme::greeter::v1::GreeterHandler;
using acme::greeter::v1::GreeterMount;
using acme::greeter::v1::SayHelloRequest;
using acme::greeter::v1::SayHelloResponse;

// What one call takes, client and server together: the median over many, each
// counted from its end to the next one's. A call takes as often as the other
// but for what gRPC does now and then.
long PerCall(int port, bool with_id) {
  const std::unique_ptr<Greeter::Stub> stub =
      Greeter::NewStub(grpc::CreateChannel(
          "127.0.0.1:" + std::to_string(port),
          grpc::InsecureChannelCredentials()));
  SayHelloRequest request;
  request.set_name("Ada");
  std::vector<long> samples;
  long before = 0;
  for (int i = 0; i < 1500; ++i) {
    grpc::ClientContext context;
    if (with_id) context.AddMetadata("x-request-id", "order-2022-000017");
    SayHelloResponse response;
    const grpc::Status status = stub->SayHello(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(response.greeting(), "Hello");
    if (i == 499) {
      counting = true;
    }
    const long now = allocations.load();
    if (i > 500) samples.push_back(now - before);
    before = now;
  }
  counting = false;
  std::nth_element(
      samples.begin(), samples.begin() + samples.size() / 2, samples.end());
  return samples[samples.size() / 2];
}

// One call at a time, over and over.
class HandServer {
 public:
  HandServer() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(
        "127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    queue_ = builder.AddCompletionQueue();
    server_ = builder.BuildAndStart();
    thread_ = std::thread([this] { Serve(); });
  }
  ~HandServer() {
    server_->Shutdown();
    queue_->Shutdown();
    thread_.join();
  }

  int port() const { return port_; }

 private:
  struct Call {
    grpc::ServerContext context;
    SayHelloRequest request;
    SayHelloResponse response;
    grpc::ServerAsyncResponseWriter<SayHelloResponse> writer{&context};
    bool answered = false;
  };

  void Expect() {
    auto* call = new Call;
    service_.RequestSayHello(
        &call->context,
        &call->request,
        &call->writer,
        queue_.get(),
        queue_.get(),
        call);
  }

  void Serve() {
    Expect();
    void* tag;
    bool ok;
    while (queue_->Next(&tag, &ok)) {
      auto* call = static_cast<Call*>(tag);
      if (!ok || call->answered) {
        delete call;
        continue;
      }
      Expect();
      const std::string peer = call->context.peer();
      const auto& metadata = call->context.client_metadata();
      const auto id = metadata.find("x-request-id");
      call->response.set_greeting(
          peer.empty() || (id != metadata.end() && id->second.empty())
              ? "Who?"
              : "Hello");
      call->answered = true;
      call->writer.Finish(call->response, grpc::Status::OK, call);
    }
  }

  Greeter::AsyncService service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  std::thread thread_;
};

class Coroutine final : public GreeterHandler {
 public:
  hawkmount::Task SayHelloAsync(
      SayHelloContext&,
      const SayHelloRequest&,
      SayHelloResponse& response) override {
    response.set_greeting("Hello");
    co_return absl::OkStatus();
  }
};

class Blocking final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext&,
      const SayHelloRequest&,
      SayHelloResponse& response) override {
    response.set_greeting("Hello");
    return absl::OkStatus();
  }
};

template <class Handler, class... Interceptors>
long PerCallOf(bool observability, bool with_id, Interceptors... interceptors) {
  Handler handler;
  hawkmount::App app(
      {.logger = std::make_shared<spdlog::logger>(
           "null", std::make_shared<spdlog::sinks::null_sink_mt>())});
  const hawkmount::MountHandle& handle = app.Mount(
      GreeterMount(handler, interceptors...),
      {.host = "127.0.0.1", .port = 0, .observability = observability});
  const absl::Status started = app.Start();
  EXPECT_TRUE(started.ok()) << started;
  return PerCall(handle.port(), with_id);
}

TEST(Allocations, AreCounted) {
  counting = true;
  const long before = allocations.load();
  delete new volatile int(5);
  const std::unique_ptr<void, void (*)(void*)> text(strdup("text"), free);
  counting = false;
  EXPECT_GE(allocations.load() - before, 2);
}

TEST(Allocations, HooksTakeNone) {
  EXPECT_EQ(
      PerCallOf<Coroutine>(true, false), PerCallOf<Coroutine>(false, false));
  EXPECT_EQ(
      PerCallOf<Blocking>(true, false), PerCallOf<Blocking>(false, false));
}

// A bucket is there once its peer is; gRPC makes a copy of the peer for
// workers.
TEST(Allocations, ARateByPeerTakesNone) {
  const hawkmount::RateLimit limit({.rate = {.per_second = 1e9}});
  EXPECT_EQ(
      PerCallOf<Coroutine>(true, false, limit),
      PerCallOf<Coroutine>(true, false));
  EXPECT_LE(
      PerCallOf<Blocking>(true, false, limit),
      PerCallOf<Blocking>(true, false) + 1);
}

TEST(Allocations, NoMoreThanByHand) {
  for (const bool with_id : {false, true}) {
    HandServer hand;
    const long by_hand = PerCall(hand.port(), with_id);
    const long coroutine = PerCallOf<Coroutine>(true, with_id);
    const long blocking = PerCallOf<Blocking>(true, with_id);
    EXPECT_LE(coroutine, by_hand);
    EXPECT_LE(blocking, by_hand);
    std::printf(
        "%s an id, client and server: by hand %ld, coroutine %ld, blocking "
        "%ld\n",
        with_id ? "with" : "without",
        by_hand,
        coroutine,
        blocking);
  }
}

}  // namespace
}  // namespace e2e
