#ifndef HAWKMOUNT_BENCH_SERVERS_CALLGRIND_WINDOW_H_
#define HAWKMOUNT_BENCH_SERVERS_CALLGRIND_WINDOW_H_

#include <atomic>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS
#endif

namespace hawkmount::bench {

// What a server counts in its handlers: callgrind forgets all before the
// `warm`-th call or message, and writes down what `counted` further ones took.
class CallgrindWindow {
 public:
  CallgrindWindow(long warm, long counted)
      : warm_(warm), end_(counted == 0 ? 0 : warm + counted) {}

  void Count() {
    if (end_ == 0) return;
    const long now = count_.fetch_add(1, std::memory_order_relaxed) + 1;
    if (now == warm_) {
      CALLGRIND_ZERO_STATS;
    } else if (now == end_) {
      CALLGRIND_DUMP_STATS;
    }
  }

 private:
  const long warm_;
  const long end_;  // 0: not under callgrind
  std::atomic<long> count_ = 0;
};

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_SERVERS_CALLGRIND_WINDOW_H_
