#include "observe/history.h"

#include <algorithm>

#include "system/thread.h"

namespace hawkmount::observe {
namespace {

using std::chrono::duration;

Durations Difference(const Durations& now, const Durations& before) {
  Durations difference;
  for (size_t i = 0; i < now.cells.size(); ++i) {
    difference.cells[i] = now.cells[i] - before.cells[i];
  }
  difference.sum = now.sum - before.sum;
  return difference;
}

template <typename T>
void Keep(std::deque<T>& kept, T value, size_t limit) {
  kept.push_back(std::move(value));
  if (kept.size() > limit) kept.pop_front();
}

}  // namespace

uint64_t Errors(Side side, const MethodSnapshot& method) {
  if (side == Side::kClient) return method.ended - method.handled[0];
  uint64_t errors = 0;
  for (const absl::StatusCode code :
       {absl::StatusCode::kUnknown,
        absl::StatusCode::kDeadlineExceeded,
        absl::StatusCode::kUnimplemented,
        absl::StatusCode::kInternal,
        absl::StatusCode::kUnavailable,
        absl::StatusCode::kDataLoss}) {
    errors += method.handled[static_cast<size_t>(code)];
  }
  return errors;
}

History::~History() { Stop(); }

absl::Status History::Start() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = false;
  }
  Sample(Clock::now());
  auto thread = system::StartThread(
      "hawkmount-past", "samples the metrics for the status page", [this] {
        std::unique_lock lock(mutex_);
        while (!wake_.wait_for(lock, kEvery, [&] { return stopping_; })) {
          lock.unlock();
          Sample(Clock::now());
          lock.lock();
        }
      });
  if (!thread.ok()) return thread.status();
  sampler_ = *std::move(thread);
  return absl::OkStatus();
}

void History::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (sampler_.joinable()) sampler_.join();
  std::lock_guard lock(mutex_);
  times_.clear();
  tracks_.clear();
}

void History::Sample(Clock::time_point now) {
  const std::vector<MethodSnapshot> methods = read_();
  std::lock_guard lock(mutex_);
  Keep(times_, now, kSamples + 1);
  for (const MethodSnapshot& method : methods) {
    Track& track = tracks_[method.path];
    Keep(
        track.counts,
        {method.started, method.ended, Errors(side_, method)},
        kSamples + 1);
    Keep(track.latency, method.latency, kRecent);
  }
}

Trend History::TrendOf(
    const MethodSnapshot& method, Clock::time_point now) const {
  std::lock_guard lock(mutex_);
  Trend trend;
  trend.started = method.started;
  trend.ended = method.ended;
  trend.errors = Errors(side_, method);
  trend.latency = method.latency;
  if (times_.empty()) return trend;

  const size_t recent = std::min(times_.size(), kRecent);
  // Less than a second would make a large rate of a single call.
  trend.seconds = std::max(
      1.0, duration<double>(now - times_[times_.size() - recent]).count());

  const auto found = tracks_.find(method.path);
  if (found == tracks_.end()) return trend;
  const Track& track = found->second;
  // A method that came later had no calls when it was not there.
  if (track.counts.size() >= recent) {
    const Counts& before = track.counts[track.counts.size() - recent];
    trend.started -= before.started;
    trend.ended -= before.ended;
    trend.errors -= before.errors;
    trend.latency = Difference(trend.latency, track.latency.front());
  }
  const size_t first_time = times_.size() - track.counts.size();
  for (size_t i = 1; i < track.counts.size(); ++i) {
    const duration<double> between =
        times_[first_time + i] - times_[first_time + i - 1];
    const auto calls = static_cast<double>(
        track.counts[i].started - track.counts[i - 1].started);
    trend.rates.push_back(between.count() > 0 ? calls / between.count() : 0);
  }
  return trend;
}

}  // namespace hawkmount::observe
