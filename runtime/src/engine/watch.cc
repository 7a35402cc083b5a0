#include "engine/watch.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/shard.h"
#include "system/thread.h"
#include "system/trimmer.h"

namespace hawkmount::engine {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

// How often the threads are looked at. One that is found in the middle of the
// same piece of work twice is blocked.
constexpr std::chrono::milliseconds kLook(100);

// How often each is asked for something, which wakes it.
constexpr std::chrono::seconds kProbe(1);

// How long the end of a watch waits for its thread.
constexpr std::chrono::seconds kPatience(1);

// A shard, and what is posted to it. Lives on while the shard holds the probe.
struct Watched : codegen::Work {
  Shard* shard = nullptr;
  uint64_t turn = 0;
  steady_clock::time_point turn_seen;
  bool told = false;

  std::shared_ptr<Watched> self;  // while the probe is under way
  std::atomic<bool> asked{false};
  steady_clock::time_point asked_at;
  std::atomic<nanoseconds> lag{nanoseconds(0)};

  void Ask(std::shared_ptr<Watched> keep, steady_clock::time_point now) {
    self = std::move(keep);
    asked_at = now;
    asked.store(true, std::memory_order_relaxed);
    run = [](codegen::Work& work) {
      const std::shared_ptr<Watched> probe =
          std::move(static_cast<Watched&>(work).self);
      probe->lag.store(
          steady_clock::now() - probe->asked_at, std::memory_order_relaxed);
      probe->asked.store(false, std::memory_order_release);
    };
    shard->Post(*this);
  }
};

// What there is to say of a shard: nothing, or who blocks it.
std::string Look(Watched& watched, steady_clock::time_point now) {
  const uint64_t turn = watched.shard->turn();
  if (turn != watched.turn) {
    watched.turn = turn;
    watched.turn_seen = now;
    watched.told = false;
    return "";
  }
  if (turn % 2 == 0 || watched.told || now - watched.turn_seen < kLook) {
    return "";
  }
  watched.told = true;
  const Method* method = watched.shard->running.load(std::memory_order_relaxed);
  return absl::StrCat(
      "an event thread has been blocked for ",
      std::chrono::duration_cast<std::chrono::milliseconds>(
          now - watched.turn_seen)
          .count(),
      " ms by ",
      method == nullptr ? "work that is no call's"
                        : "the handler of " + std::string(method->path),
      ": other calls wait for it. Use co_await hawkmount::RunBlocking, or a "
      "blocking handler");
}

}  // namespace

// What the thread works on. Outlives its Watch while a sink blocks it.
class Watch::Watcher {
 public:
  Watcher(std::shared_ptr<spdlog::logger> logger, bool trim_memory)
      : logger_(std::move(logger)), trim_memory_(trim_memory) {}

  void Add(Shard& shard) {
    auto watched = std::make_shared<Watched>();
    watched->shard = &shard;
    watched->turn = shard.turn();
    std::lock_guard lock(mutex_);
    watched_.push_back(std::move(watched));
    changed_.notify_all();
  }

  void Remove(Shard& shard) {
    std::lock_guard lock(mutex_);
    std::erase_if(watched_, [&](const std::shared_ptr<Watched>& watched) {
      return watched->shard == &shard;
    });
  }

  std::vector<nanoseconds> lags() const {
    const auto now = steady_clock::now();
    std::vector<nanoseconds> result;
    std::lock_guard lock(mutex_);
    for (const std::shared_ptr<Watched>& watched : watched_) {
      const nanoseconds last = watched->lag.load(std::memory_order_relaxed);
      const bool waits = watched->asked.load(std::memory_order_acquire);
      result.push_back(
          waits ? std::max<nanoseconds>(last, now - watched->asked_at) : last);
    }
    return result;
  }

  // Until Stop.
  void Run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (watched_.empty()) {
        changed_.wait(lock);
        continue;
      }
      const auto now = steady_clock::now();
      std::vector<std::string> words;
      for (const std::shared_ptr<Watched>& watched : watched_) {
        words.push_back(Look(*watched, now));
        if (!watched->asked.load(std::memory_order_acquire) &&
            now - watched->asked_at >= kProbe) {
          watched->Ask(watched, now);
        }
      }
      // Without the lock: a sink that blocks keeps neither a stop nor a scrape.
      lock.unlock();
      for (const std::string& said : words) {
        if (!said.empty()) Tell(said);
      }
      if (trim_memory_) trimmer_.Look(now);
      lock.lock();
      if (!stopping_) changed_.wait_for(lock, kLook);
    }
    ended_ = true;
    changed_.notify_all();
  }

  // False when a sink keeps the thread.
  bool Stop() {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    return changed_.wait_for(lock, kPatience, [this] { return ended_; });
  }

 private:
  void Tell(const std::string& words) {
    try {
      logger_->warn("{}", words);
    } catch (...) {
      // A log that cannot be written ends nothing.
    }
  }

  const std::shared_ptr<spdlog::logger> logger_;
  const bool trim_memory_;
  system::Trimmer::Process process_;
  system::Trimmer trimmer_{process_};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool ended_ = false;
  std::vector<std::shared_ptr<Watched>> watched_;
};

Watch::Watch(std::shared_ptr<spdlog::logger> logger, bool trim_memory)
    : watcher_(std::make_shared<Watcher>(std::move(logger), trim_memory)) {}

Watch::~Watch() {
  if (!thread_.joinable()) return;
  watcher_->Stop() ? thread_.join() : thread_.detach();
}

absl::Status Watch::Start() {
  std::lock_guard lock(mutex_);
  if (thread_.joinable()) return absl::OkStatus();
  auto thread = system::StartThread(
      "hawkmount-watch", "looks after event threads", [watcher = watcher_] {
        watcher->Run();
      });
  if (!thread.ok()) return thread.status();
  thread_ = *std::move(thread);
  return absl::OkStatus();
}

void Watch::Add(Shard& shard) { watcher_->Add(shard); }
void Watch::Remove(Shard& shard) { watcher_->Remove(shard); }
std::vector<nanoseconds> Watch::lags() const { return watcher_->lags(); }

}  // namespace hawkmount::engine
