#ifndef HAWKMOUNT_OBSERVE_LOG_WRITER_H_
#define HAWKMOUNT_OBSERVE_LOG_WRITER_H_

#include <spdlog/common.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "hawkmount/observability.h"
#include "observe/exemplars.h"
#include "observe/log_ring.h"
#include "observe/recent_calls.h"

namespace hawkmount::observe {

// The one thread that makes lines of the records in all rings of an app and
// writes them. It sleeps while there are none. A sink that blocks keeps this
// thread alone: the rings fill, and what does not fit is counted. Any thread.
class LogWriter {
 public:
  struct Counts {
    uint64_t written = 0;
    uint64_t failed = 0;   // a sink could not write them
    uint64_t dropped = 0;  // a ring was full
  };

  // `recent` is told of the calls that it wants, `exemplars` of some of all;
  // may be null.
  LogWriter(
      std::shared_ptr<spdlog::logger> logger,
      LogFormat format,
      std::shared_ptr<RecentCalls> recent = nullptr,
      std::shared_ptr<Exemplars> exemplars = nullptr);
  // Starts the thread, unless it runs: until then nothing is written.
  // RESOURCE_EXHAUSTED when there is none to be had.
  absl::Status Start();

  // Writes what there is, for a second at the most. A sink that blocks longer
  // keeps the thread, which then is left behind.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // A ring for one thread to write to. It may be dropped at any time: what is
  // in it is still written.
  std::shared_ptr<LogRing> AddRing(size_t bytes);

  // Has a line of the app's own written after the records that are there. A
  // sink that blocks keeps its caller as little as it keeps calls.
  void Say(spdlog::level::level_enum level, std::string text);

  // Waits until all that was put in before is written; false when that took
  // longer. Nothing to wait for before Start.
  bool Flush(std::chrono::milliseconds patience);

  Counts counts() const;

 private:
  class Worker;
  const std::shared_ptr<Worker> worker_;
  std::mutex mutex_;  // of the next
  std::thread thread_;
};

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_LOG_WRITER_H_
