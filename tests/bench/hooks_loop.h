#ifndef HAWKMOUNT_BENCH_HOOKS_LOOP_H_
#define HAWKMOUNT_BENCH_HOOKS_LOOP_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "bench.hawkmount.pb.h"
#include "hawkmount/codegen/cells.h"
#include "hawkmount/codegen/service.h"
#include "observe/log_ring.h"
#include "runtime/fake_call.h"

namespace hawkmount::bench {

// The generated call of Echo's Unary with its hooks, beginning and ending
// again and again, without any engine: what that does for the hooks, which is
// to look for the caller's address and ids, is counted in a server. Belongs to
// one thread.
class HooksLoop {
 public:
  // Hooks that are given nothing to write to are off, as in a mount without
  // observability.
  HooksLoop(codegen::MethodCells* cells, observe::LogRing* ring)
      : block_(std::make_unique<std::max_align_t[]>(
            entry_.block_size / sizeof(std::max_align_t) + 1)) {
    entry_.construct(block_.get());
    call_.record.method = entry_.method;
    call_.record.cells = cells;
    constexpr std::string_view kPeer = "ipv4:127.0.0.1:54321";
    peer_.size = kPeer.copy(peer_.text.data(), peer_.text.size());
    if (ring != nullptr) {
      log_.ring = ring;
      call_.record.log = &log_;
      call_.record.observed = true;
      log_.ids = {.counter = 1, .key = 7};
    }
  }
  ~HooksLoop() { entry_.destroy(block_.get()); }
  HooksLoop(const HooksLoop&) = delete;
  HooksLoop& operator=(const HooksLoop&) = delete;

  void Run(long calls) {
    for (long i = 0; i < calls; ++i) RunOne<false>();
  }
  // With the two readings of the clock that the hooks need, made here.
  void RunWithClock(long calls) {
    for (long i = 0; i < calls; ++i) RunOne<true>();
  }

 private:
  using Clock = std::chrono::steady_clock;

  template <bool kReadClock>
  void RunOne() {
    codegen::CallRecord& record = call_.record;
    record.brings_ids = false;
    record.peer = &peer_;
    record.plain = record.log != nullptr && record.cells != nullptr;
    if (kReadClock) record.start = codegen::Now();
    entry_.begin(block_.get(), call_);
    if (record.start != Clock::time_point()) record.end = codegen::Now();
    entry_.end(block_.get());
    record.start = {};
    record.request_id.Reset();
  }

  EchoHandler handler_;
  const EchoMount mount_{handler_, {}};
  const codegen::MethodEntry& entry_ = mount_.service().methods[0];
  FakeCall call_;
  codegen::KnownPeer peer_;
  codegen::CallLog log_;
  std::unique_ptr<std::max_align_t[]> block_;
};

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HOOKS_LOOP_H_
