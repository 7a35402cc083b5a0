#ifndef HAWKMOUNT_ENGINE_SHARD_H_
#define HAWKMOUNT_ENGINE_SHARD_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "engine/event.h"
#include "engine/futex.h"
#include "engine/grpc_internals.h"
#include "engine/peer_cache.h"
#include "engine/timers.h"
#include "engine/workers.h"
#include "hawkmount/codegen/executor.h"

namespace hawkmount::engine {

class ServerCall;

// One completion queue with the one thread that polls it. All bookkeeping of
// the calls that arrive here is done on that thread.
class Shard final : public codegen::Executor {
 public:
  Shard(
      std::unique_ptr<grpc::ServerCompletionQueue> queue,
      std::shared_ptr<Workers> workers,
      std::function<void()> on_idle);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  grpc_completion_queue* queue() const { return queue_->cq(); }

  // Starts the thread, which waits for Go and then runs the loop until Finish.
  absl::Status Start();
  void Go() { go_.Set(); }
  // Ends the loop and waits for its thread. Nothing may be outstanding.
  void Finish();

  // What the queue still owes an event: armed arrivals and live calls. Changed
  // on the shard's thread, or before Start; read anywhere.
  void AddOutstanding() {
    outstanding_.store(outstanding() + 1, std::memory_order_relaxed);
  }
  void RemoveOutstanding() {
    const size_t left = outstanding() - 1;
    outstanding_.store(left, std::memory_order_release);
    if (left == 0) on_idle_();
  }
  size_t outstanding() const {
    return outstanding_.load(std::memory_order_acquire);
  }

  // The calls that are not over. The shard's thread.
  void Enter(ServerCall& call);
  void Leave(ServerCall& call);
  // Cancels them all, and all that still arrive, telling their callers
  // UNAVAILABLE. Any thread; done soon.
  void CancelAll();
  // The shard's thread.
  bool cancelling() const { return cancelling_; }
  // From now on no more calls are asked for. Waits for the shard's thread, a
  // little: core would forget a request for a call that comes in the middle of
  // its shutdown.
  void StopTaking();
  // The shard's thread.
  bool taking() const { return taking_; }
  // One line a call that is not over. Waits for the shard's thread.
  std::vector<std::string> DescribeCalls();

  // Whether the caller is the shard's thread. After Go.
  bool IsThisThread() const {
    return thread_.get_id() == std::this_thread::get_id();
  }

  Workers& workers() { return *workers_; }
  // The shard's thread.
  PeerCache& peers() { return peers_; }

  // Counts the pieces of work begun and ended: odd while one is under way. Any
  // thread.
  uint64_t turn() const { return turn_.load(std::memory_order_relaxed); }

  // codegen::Executor.
  void Post(codegen::Work& work) override;
  void StartTimer(codegen::Timer& timer) override { timers_.Add(timer); }
  void CancelTimer(codegen::Timer& timer) override { timers_.Remove(timer); }
  bool RunOnWorker(codegen::Work& work) override {
    return workers_->Submit(work);
  }
  bool TakeBack(codegen::Work& work) override {
    return workers_->TakeBack(work);
  }

 private:
  class Doorbell;

  void Run();
  void RunPosted();

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  const std::shared_ptr<Workers> workers_;
  const std::function<void()> on_idle_;
  std::atomic<size_t> outstanding_{0};
  std::atomic<uint64_t> turn_{0};
  ServerCall* first_call_ = nullptr;
  bool taking_ = true;
  bool cancelling_ = false;
  Timers timers_;
  PeerCache peers_;
  std::atomic<codegen::Work*> posted_{nullptr};
  std::atomic<int> posting_{0};  // threads inside Post
  std::unique_ptr<Doorbell> doorbell_;
  Signal go_;
  std::thread thread_;
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_SHARD_H_
