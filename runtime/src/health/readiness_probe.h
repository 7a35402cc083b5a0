#ifndef HAWKMOUNT_SRC_HEALTH_READINESS_PROBE_H_
#define HAWKMOUNT_SRC_HEALTH_READINESS_PROBE_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "hawkmount/await.h"

namespace hawkmount::health {

// Runs the readiness checks when health needs to know: for who asks, if they
// have not run for kFresh; by itself each kEvery, as long as somebody watches.
// Any thread.
class ReadinessProbe {
 public:
  static constexpr std::chrono::milliseconds kFresh{1000};
  static constexpr std::chrono::milliseconds kEvery{5000};

  // `run` runs the checks and tells whether all passed; `tell` hears it. Both
  // are called on a thread of the probe's own, which starts with the first
  // need. While there is no thread to be had, `tell` hears that they failed.
  ReadinessProbe(std::function<bool()> run, std::function<void(bool)> tell);
  // Waits for a run that is under way. Nobody may be in Refresh any more.
  ~ReadinessProbe();
  ReadinessProbe(const ReadinessProbe&) = delete;
  ReadinessProbe& operator=(const ReadinessProbe&) = delete;

  // For coroutines: comes to its end once what was told is fresh, or when the
  // call is given up.
  TaskOf<void> Refresh();

  void AddWatch();
  void RemoveWatch();

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  bool StartThread();  // with the mutex held; false: there is none to be had
  void Loop();

  const std::function<bool()> run_;
  const std::function<void(bool)> tell_;

  std::mutex mutex_;
  std::condition_variable asked_;
  std::optional<TimePoint> ran_;  // when the latest run ended
  std::vector<Resumer<bool>> waiting_;
  size_t watches_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace hawkmount::health

#endif  // HAWKMOUNT_SRC_HEALTH_READINESS_PROBE_H_
