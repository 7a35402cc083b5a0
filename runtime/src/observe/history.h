#ifndef HAWKMOUNT_OBSERVE_HISTORY_H_
#define HAWKMOUNT_OBSERVE_HISTORY_H_

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "observe/snapshot.h"

namespace hawkmount::observe {

// How many of a method's calls went wrong. For a client, all that are not OK;
// for a server, those that are not their caller's fault: UNKNOWN,
// DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE and DATA_LOSS.
uint64_t Errors(Side side, const MethodSnapshot& method);

// What became of a method lately.
struct Trend {
  double seconds = 0;  // of the time below, about a minute
  uint64_t started = 0;
  uint64_t ended = 0;
  uint64_t errors = 0;
  Durations latency;
  // Calls per second between samples, the oldest first.
  std::vector<double> rates;
};

// Ten minutes of counters, a sample every five seconds, for rates. About 8 KB a
// method. Any thread.
class History {
 public:
  using Clock = std::chrono::steady_clock;
  using Read = std::function<std::vector<MethodSnapshot>()>;

  static constexpr std::chrono::seconds kEvery{5};
  static constexpr size_t kSamples = 120;
  // Those whose latencies are kept.
  static constexpr size_t kRecent = 12;

  History(Side side, Read read) : side_(side), read_(std::move(read)) {}
  ~History();

  // Samples from now on, on a thread of its own. RESOURCE_EXHAUSTED when there
  // is none.
  absl::Status Start();
  // Forgets what there is.
  void Stop();

  Side side() const { return side_; }

  void Sample(Clock::time_point now);

  // From a sample of about a minute ago, or the first one, to `method` now.
  Trend TrendOf(const MethodSnapshot& method, Clock::time_point now) const;

 private:
  struct Counts {
    uint64_t started = 0;
    uint64_t ended = 0;
    uint64_t errors = 0;
  };
  // The latest last; a method that came later has fewer than there are times.
  struct Track {
    std::deque<Counts> counts;
    std::deque<Durations> latency;
  };

  const Side side_;
  const Read read_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::deque<Clock::time_point> times_;
  std::map<std::string, Track> tracks_;
  std::thread sampler_;
};

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_HISTORY_H_
