#include "engine/shard.h"

#include <grpcpp/alarm.h>

#include <future>

#include "engine/server_call.h"
#include "system/thread.h"

namespace hawkmount::engine {

using codegen::Work;

// Wakes the shard's thread: an alarm that is due at once.
class Shard::Doorbell {
 public:
  explicit Doorbell(Shard& shard)
      : queue_(shard.queue_.get()), event_(&shard, [](void* owner, bool) {
          static_cast<Shard*>(owner)->RunPosted();
        }) {}

  // Not again before its event was taken.
  void Ring() {
    HandOver(&event_);
    alarm_.Set(queue_, gpr_inf_past(GPR_CLOCK_MONOTONIC), &event_);
  }

 private:
  grpc::CompletionQueue* queue_;
  Event event_;
  grpc::Alarm alarm_;
};

Shard::Shard(
    std::unique_ptr<grpc::ServerCompletionQueue> queue,
    std::shared_ptr<Workers> workers,
    std::function<void()> on_idle)
    : queue_(std::move(queue)),
      workers_(std::move(workers)),
      on_idle_(std::move(on_idle)),
      doorbell_(std::make_unique<Doorbell>(*this)) {}

Shard::~Shard() = default;

absl::Status Shard::Start() {
  auto thread =
      system::StartThread("hawkmount-event", "takes a server's calls", [this] {
        go_.Wait();
        Run();
      });
  if (!thread.ok()) return thread.status();
  thread_ = *std::move(thread);
  return absl::OkStatus();
}

void Shard::Finish() {
  queue_->Shutdown();
  Go();
  if (thread_.joinable()) {
    thread_.join();
  } else {
    Run();
  }
  while (posting_.load(std::memory_order_acquire) != 0) {
    std::this_thread::yield();
  }
  // What was posted when nobody was left to hear of it.
  RunPosted();
}

void Shard::Run() {
  void* tag = nullptr;
  bool ok = false;
  for (;;) {
    const gpr_timespec wake =
        timers_.empty() ? gpr_inf_future(GPR_CLOCK_MONOTONIC)
                        : gpr_time_from_nanos(
                              timers_.first_due().time_since_epoch().count(),
                              GPR_CLOCK_MONOTONIC);
    const auto next = queue_->AsyncNext(&tag, &ok, wake);
    if (next == grpc::CompletionQueue::SHUTDOWN) return;
    turn_.store(turn() + 1, std::memory_order_relaxed);
    if (next == grpc::CompletionQueue::GOT_EVENT) {
      static_cast<Event*>(tag)->Happened(ok);
    }
    if (!timers_.empty()) timers_.FireDue(std::chrono::steady_clock::now());
    turn_.store(turn() + 1, std::memory_order_relaxed);
  }
}

// The posted work may end the last call, and the shard's life with it, while
// this thread is still ringing: Finish waits for it.
void Shard::Post(Work& work) {
  posting_.fetch_add(1, std::memory_order_relaxed);
  Work* first = posted_.load(std::memory_order_relaxed);
  do {
    work.next = first;
  } while (!posted_.compare_exchange_weak(
      first, &work, std::memory_order_acq_rel, std::memory_order_relaxed));
  if (first == nullptr) doorbell_->Ring();
  posting_.fetch_sub(1, std::memory_order_release);
}

void Shard::RunPosted() {
  // Last in, first out: turned round, to run in the order of arrival.
  Work* work = posted_.exchange(nullptr, std::memory_order_acq_rel);
  Work* ordered = nullptr;
  while (work != nullptr) {
    Work* next = work->next;
    work->next = ordered;
    ordered = work;
    work = next;
  }
  while (ordered != nullptr) {
    Work* next = ordered->next;
    ordered->run(*ordered);
    ordered = next;
  }
}

void Shard::Enter(ServerCall& call) {
  call.next_live_ = first_call_;
  call.previous_live_ = &first_call_;
  if (first_call_ != nullptr) first_call_->previous_live_ = &call.next_live_;
  first_call_ = &call;
}

void Shard::Leave(ServerCall& call) {
  *call.previous_live_ = call.next_live_;
  if (call.next_live_ != nullptr) {
    call.next_live_->previous_live_ = call.previous_live_;
  }
}

namespace {

// A function to be run on a shard's thread, and then gone.
class PostedFunction final : public Work {
 public:
  static void Post(Shard& shard, std::function<void()> function) {
    shard.Post(*new PostedFunction(std::move(function)));
  }

 private:
  explicit PostedFunction(std::function<void()> function)
      : function_(std::move(function)) {
    run = [](Work& work) {
      std::unique_ptr<PostedFunction> self(static_cast<PostedFunction*>(&work));
      self->function_();
    };
  }

  std::function<void()> function_;
};

// How long others wait for a shard's thread, which a coroutine may block.
constexpr std::chrono::milliseconds kPatience(100);

}  // namespace

void Shard::StopTaking() {
  const auto stopped = std::make_shared<std::promise<void>>();
  std::future<void> done = stopped->get_future();
  PostedFunction::Post(*this, [this, stopped] {
    taking_ = false;
    stopped->set_value();
  });
  done.wait_for(kPatience);
}

void Shard::CancelAll() {
  PostedFunction::Post(*this, [this] {
    cancelling_ = true;
    for (ServerCall* call = first_call_; call != nullptr;
         call = call->next_live_) {
      call->CancelForStop();
    }
  });
}

std::vector<std::string> Shard::DescribeCalls() {
  const auto lines = std::make_shared<std::promise<std::vector<std::string>>>();
  std::future<std::vector<std::string>> described = lines->get_future();
  PostedFunction::Post(*this, [this, lines] {
    std::vector<std::string> result;
    for (ServerCall* call = first_call_; call != nullptr;
         call = call->next_live_) {
      result.push_back(call->Describe());
    }
    lines->set_value(std::move(result));
  });
  if (described.wait_for(kPatience) != std::future_status::ready) {
    return {"calls of an event thread that a coroutine blocks"};
  }
  return described.get();
}

}  // namespace hawkmount::engine
