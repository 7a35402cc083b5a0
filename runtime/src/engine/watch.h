#ifndef HAWKMOUNT_ENGINE_WATCH_H_
#define HAWKMOUNT_ENGINE_WATCH_H_

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
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
  explicit Watch(std::shared_ptr<spdlog::logger> logger);
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
  struct Watched;

  void Run();
  // What there is to say of a shard: nothing, or who blocks it.
  static std::string Look(
      Watched& watched, std::chrono::steady_clock::time_point now);
  void Tell(const std::string& words);

  const std::shared_ptr<spdlog::logger> logger_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::vector<std::shared_ptr<Watched>> watched_;
  std::thread thread_;  // from Start on
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_WATCH_H_
