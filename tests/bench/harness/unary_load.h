#ifndef HAWKMOUNT_BENCH_HARNESS_UNARY_LOAD_H_
#define HAWKMOUNT_BENCH_HARNESS_UNARY_LOAD_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "bench.grpc.pb.h"
#include "harness/messages.h"

namespace hawkmount::bench {

// The unary methods, as UnaryLoad calls them.
struct SmallUnary {
  using Reply = EchoReply;
  static EchoRequest MakeRequest() { return SmallRequest(); }
  static constexpr auto kStart = &Echo::Stub::AsyncUnary;
};
struct LargeUnary {
  using Reply = Big;
  static Big MakeRequest() { return BigRequest(); }
  static constexpr auto kStart = &Echo::Stub::AsyncBigUnary;
};

// What came of a load.
struct LoadResult {
  long failed = 0;
  std::vector<double> seconds;  // of each call that was answered

  long answered() const { return static_cast<long>(seconds.size()); }
};

// A closed loop of unary calls over one channel, by one thread on one
// completion queue: the caller's.
template <class Method>
class UnaryLoad {
 public:
  UnaryLoad(const std::shared_ptr<grpc::Channel>& channel, int in_flight)
      : stub_(Echo::NewStub(channel)), slots_(in_flight) {}

  // Keeps calls under way for as long as `go_on()`, which is asked before each
  // one, says so; then waits for those that are left.
  template <class GoOn>
  LoadResult Run(GoOn go_on) {
    LoadResult result;
    int active = 0;
    for (Slot& slot : slots_) {
      if (!go_on()) break;
      Start(slot);
      ++active;
    }
    void* tag;
    bool ok;
    while (active > 0 && queue_.Next(&tag, &ok)) {
      Slot& slot = *static_cast<Slot*>(tag);
      const std::chrono::duration<double> took = Clock::now() - slot.start;
      if (slot.status.ok()) {
        result.seconds.push_back(took.count());
      } else {
        ++result.failed;
      }
      if (go_on()) {
        Start(slot);
      } else {
        --active;
      }
    }
    return result;
  }

  // Makes a number of calls.
  LoadResult RunCalls(long count) {
    return Run([left = count]() mutable { return left-- > 0; });
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Reply = typename Method::Reply;

  struct Slot {
    std::optional<grpc::ClientContext> context;
    std::unique_ptr<grpc::ClientAsyncResponseReader<Reply>> call;
    Reply reply;
    grpc::Status status;
    Clock::time_point start;
  };

  void Start(Slot& slot) {
    slot.context.emplace();
    if constexpr (requires { Method::Prepare(*slot.context); }) {
      Method::Prepare(*slot.context);
    }
    slot.start = Clock::now();
    slot.call =
        (stub_.get()->*Method::kStart)(&*slot.context, request_, &queue_);
    slot.call->Finish(&slot.reply, &slot.status, &slot);
  }

  const decltype(Method::MakeRequest()) request_ = Method::MakeRequest();
  std::unique_ptr<Echo::Stub> stub_;
  grpc::CompletionQueue queue_;
  std::vector<Slot> slots_;
};

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_UNARY_LOAD_H_
