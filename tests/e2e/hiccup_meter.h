#ifndef HAWKMOUNT_TESTS_E2E_HICCUP_METER_H_
#define HAWKMOUNT_TESTS_E2E_HICCUP_METER_H_

#include <atomic>
#include <chrono>
#include <thread>

namespace e2e {

// How long this machine kept a thread that had something to do from running,
// while it lives: a thread of its own sleeps a millisecond again and again, and
// adds up by how much it woke too late. A bound on what a server may take is
// about time without that: on a machine that has nothing else to do it is next
// to nothing, whatever the server does with its own threads.
class HiccupMeter {
 public:
  using Clock = std::chrono::steady_clock;

  HiccupMeter() : thread_([this](std::stop_token stop) { Run(stop); }) {}

  // So far.
  Clock::duration lost() const { return Clock::duration(lost_.load()); }
  // Since it was made, without what was lost.
  Clock::duration granted() const { return Clock::now() - begin_ - lost(); }

 private:
  static constexpr auto kPause = std::chrono::milliseconds(1);
  // Timers of a machine at rest are that late.
  static constexpr auto kSlack = std::chrono::microseconds(200);

  void Run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto before = Clock::now();
      std::this_thread::sleep_for(kPause);
      const auto late = Clock::now() - before - kPause;
      if (late > kSlack) lost_ += late.count();
    }
  }

  const Clock::time_point begin_ = Clock::now();
  std::atomic<Clock::rep> lost_{0};
  std::jthread thread_;
};

}  // namespace e2e

#endif  // HAWKMOUNT_TESTS_E2E_HICCUP_METER_H_
