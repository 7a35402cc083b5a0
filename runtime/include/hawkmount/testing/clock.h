#ifndef HAWKMOUNT_TESTING_CLOCK_H_
#define HAWKMOUNT_TESTING_CLOCK_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "hawkmount/codegen/executor.h"

namespace hawkmount::testing {

// An event thread and its time, both driven by the test: coroutines go on only
// inside of Run and Advance, and sleeps end only by Advance. What coroutines
// give to RunBlocking runs there as well, on the same thread.
//
// One thread, except where it says otherwise. Must outlive its tasks.
class ManualClock final : public codegen::Executor {
 public:
  // How far it has come since it was made.
  std::chrono::nanoseconds now() const { return now_; }

  // Lets coroutines go on until all of them wait. False when all did before.
  bool Run();
  // Moves the time, stopping at each sleep that ends on the way, and runs what
  // that lets go on.
  void Advance(std::chrono::nanoseconds time);

  // Whether anybody sleeps.
  bool HasSleepers() const { return !timers_.empty(); }
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
  std::vector<Sleeper>::iterator Next();

  std::chrono::nanoseconds now_{0};
  std::vector<Sleeper> timers_;  // in the order in which they were set
  std::mutex mutex_;
  std::condition_variable posted_to_;
  std::deque<codegen::Work*> posted_;
  std::deque<codegen::Work*> blocking_;
};

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_CLOCK_H_
