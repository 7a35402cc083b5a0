#include "hawkmount/testing/fault_points.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "hawkmount/await.h"

namespace hawkmount::testing {
namespace {

// How often a thread that waits looks whether its call was given up.
constexpr std::chrono::milliseconds kLook{5};

void WaitHere(const Context& context, std::chrono::nanoseconds delay) {
  const auto start = std::chrono::steady_clock::now();
  for (auto left = delay; left.count() > 0 && !context.IsCancelled();
       left = delay - (std::chrono::steady_clock::now() - start)) {
    std::this_thread::sleep_for(
        std::min<std::chrono::nanoseconds>(left, kLook));
  }
}

void Require(bool possible, const char* what) {
  if (possible) return;
  throw std::invalid_argument(
      std::string("hawkmount::testing::FaultPoints: ") + what);
}

}  // namespace

struct FaultPoint::State {
  explicit State(FaultOptions all)
      : options(std::move(all)), dice(options.seed) {}

  bool IsFor(const Context& context, FaultPlace place, uint64_t message) const {
    return options.place == place &&
           (options.method == nullptr ||
            options.method->path == context.method().path) &&
           (!options.message.has_value() || *options.message == message);
  }

  // With the mutex of the points.
  bool Throw() {
    ++passed;
    if (options.times.has_value() && hit >= *options.times) return false;
    // 53 bits, as many as a double has: the same everywhere.
    if (static_cast<double>(dice() >> 11) * 0x1p-53 >= options.probability) {
      return false;
    }
    ++hit;
    return true;
  }

  absl::Status Act() const {
    if (options.exception) options.exception();
    return options.status;
  }

  const FaultOptions options;
  std::mt19937_64 dice;
  std::atomic<uint64_t> passed{0};
  std::atomic<uint64_t> hit{0};
  std::atomic<bool> armed{true};
};

struct FaultPoints::State {
  std::mutex mutex;
  std::vector<std::shared_ptr<FaultPoint::State>> points;
};

FaultPoint::FaultPoint(std::shared_ptr<State> state)
    : state_(std::move(state)) {}
uint64_t FaultPoint::passed() const { return state_->passed; }
uint64_t FaultPoint::hit() const { return state_->hit; }
void FaultPoint::Disarm() { state_->armed = false; }

FaultPoints::FaultPoints() : state_(std::make_shared<State>()) {}

FaultPoint FaultPoints::Arm(FaultOptions options) {
  const bool of_messages = options.place == FaultPlace::kReceive ||
                           options.place == FaultPlace::kSend;
  Require(
      of_messages || !options.message.has_value(),
      "only kReceive and kSend have messages: leave `message` unset, or take "
      "one of these places");
  Require(
      options.message != uint64_t{0},
      "messages are counted from 1: there is no message 0");
  Require(
      options.probability >= 0 && options.probability <= 1,
      "a probability is between 0 and 1");
  FaultPoint point(std::make_shared<FaultPoint::State>(std::move(options)));
  const std::lock_guard lock(state_->mutex);
  state_->points.push_back(point.state_);
  return point;
}

void FaultPoints::DisarmAll() {
  const std::lock_guard lock(state_->mutex);
  for (const auto& point : state_->points) point->armed = false;
}

std::shared_ptr<FaultPoint::State> FaultPoints::Next(
    Context& context, FaultPlace place) {
  uint64_t message = 0;
  if (Progress* progress = context.Get<Progress>()) {
    if (place == FaultPlace::kReceive) message = ++progress->received;
    if (place == FaultPlace::kSend) message = ++progress->sent;
  }
  const std::lock_guard lock(state_->mutex);
  std::erase_if(
      state_->points, [](const auto& point) { return !point->armed; });
  std::shared_ptr<FaultPoint::State> next;
  for (const auto& point : state_->points) {
    if (!point->IsFor(context, place, message)) continue;
    if (next != nullptr) {
      ++point->passed;
    } else if (point->Throw()) {
      next = point;
    }
  }
  return next;
}

absl::Status FaultPoints::Pass(Context& context, FaultPlace place) {
  const auto point = Next(context, place);
  if (point == nullptr) return absl::OkStatus();
  WaitHere(context, point->options.delay);
  return point->Act();
}

absl::Status FaultPoints::Before(Context& context) {
  context.Set<Progress>();
  return Pass(context, FaultPlace::kStart);
}

Task FaultPoints::BeforeAsync(Context& context) {
  context.Set<Progress>();
  auto point = Next(context, FaultPlace::kStart);
  if (point == nullptr) return absl::OkStatus();
  if (point->options.delay.count() <= 0) return point->Act();
  return Wait(std::move(point));
}

Task FaultPoints::Wait(std::shared_ptr<FaultPoint::State> point) {
  co_await Sleep(point->options.delay);
  co_return point->Act();
}

void FaultPoints::After(Context& context, absl::Status& status) {
  const auto point = Next(context, FaultPlace::kEnd);
  if (point == nullptr) return;
  WaitHere(context, point->options.delay);
  absl::Status fault = point->Act();
  if (!fault.ok()) status = std::move(fault);
}

}  // namespace hawkmount::testing
