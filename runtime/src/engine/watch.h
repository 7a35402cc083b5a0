#ifndef HAWKMOUNT_ENGINE_WATCH_H_
#define HAWKMOUNT_ENGINE_WATCH_H_

#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"

namespace spdlog {
class logger;
}  // namespace spdlog

namespace hawkmount::engine {

class Shard;

// Looks after event threads, from a thread of its own: it measures how late
// they are, and names the method whose coroutine keeps one from its work. Any
// thread may call.
class Watch {
 public:
  // `trim_memory`: it also sees to it that the system gets memory back.
  explicit Watch(
      std::shared_ptr<spdlog::logger> logger, bool trim_memory = false);
  // Waits a second for the thread. A sink that blocks longer keeps it; it then
  // is left behind.
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Starts the thread, unless it runs. RESOURCE_EXHAUSTED when there is none to
  // be had.
  absl::Status Start();

  // After Start.
  void Add(Shard& shard);
  // After this the shard is not touched any more, but for a probe that it may
  // hold. Before the shard's Finish.
  void Remove(Shard& shard);

  // How late each event thread was when it was last asked for something, or
  // how late it is now if it has not answered yet.
  std::vector<std::chrono::nanoseconds> lags() const;

 private:
  class Watcher;
  const std::shared_ptr<Watcher> watcher_;
  std::mutex mutex_;    // of the next
  std::thread thread_;  // from Start on
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_WATCH_H_
