#ifndef HAWKMOUNT_TESTING_CLOCK_H_
#define HAWKMOUNT_TESTING_CLOCK_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "hawkmount/codegen/executor.h"

namespace hawkmount::testing {

// An event thread and its time, both driven by the test: coroutines go on only
// inside of Run and Advance, and sleeps end only by Advance. What coroutines
// give to RunBlocking runs there as well, on the same thread.
//
// It is a clock for whoever takes one in options, too:
//
//   ManualClock clock;
//   RateLimit limit({.rate = {.per_second = 1}, .clock = clock.steady()});
//
// One thread, except where it says otherwise. Must outlive its tasks, and who
// has it as a clock.
class ManualClock final : public codegen::Executor {
 public:
  // How far it has come since it was made. Any thread.
  std::chrono::nanoseconds now() const { return now_; }

  // Clocks that stood at the real time when this was made, and have come as far
  // as this since. Any thread.
  std::function<std::chrono::steady_clock::time_point()> steady() const;
  std::function<std::chrono::system_clock::time_point()> system() const;

  // Lets coroutines go on until all of them wait. False when all did before.
  bool Run();
  // Moves the time, stopping at each sleep that ends on the way, and runs what
  // that lets go on.
  void Advance(std::chrono::nanoseconds time);

  // Whether anybody sleeps.
  bool HasSleepers() const;
  // Moves the time to the end of the next sleep. Somebody must sleep.
  void AdvanceToNext();
  // Waits, in real time, until another thread lets something go on. False when
  // nobody has within a minute.
  bool WaitForOthers();
  // Takes back what was posted and has not run.
  void Withdraw(codegen::Work& work);

  // For coroutines. Post: any thread.
  void Post(codegen::Work& work) override;
  void StartTimer(codegen::Timer& timer) override;
  void StartTimer(codegen::Timer& timer, std::chrono::nanoseconds after);
  void CancelTimer(codegen::Timer& timer) override;
  bool RunOnWorker(codegen::Work& work) override;
  bool TakeBack(codegen::Work& work) override;

 private:
  struct Sleeper {
    std::chrono::nanoseconds due;
    codegen::Timer* timer;
  };

  codegen::Work* TakeWork();
  // With the mutex.
  std::vector<Sleeper>::iterator Next();
  // The next one, if it is due by then.
  bool FireUntil(std::chrono::nanoseconds end);

  const std::chrono::steady_clock::time_point steady_start_ =
      std::chrono::steady_clock::now();
  const std::chrono::system_clock::time_point system_start_ =
      std::chrono::system_clock::now();
  std::atomic<std::chrono::nanoseconds> now_{};
  std::vector<Sleeper> timers_;  // in the order in which they were set
  mutable std::mutex mutex_;
  std::condition_variable posted_to_;
  std::deque<codegen::Work*> posted_;
  std::deque<codegen::Work*> blocking_;
};

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_CLOCK_H_
