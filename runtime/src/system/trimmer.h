#ifndef HAWKMOUNT_SYSTEM_TRIMMER_H_
#define HAWKMOUNT_SYSTEM_TRIMMER_H_

#include <chrono>
#include <cstddef>

#include "system/memory.h"

namespace hawkmount::system {

// Sees to it that the system gets memory back after a flood of calls: glibc
// keeps what is free between pieces that live on. Decides from looks that are
// cheap, taken rarely, when it is worth what it costs:
//  * the process is less than half as busy as it was at its busiest since the
//    memory was given back, so that calls under a steady load never wait;
//  * what is in memory has grown since then by more than what is in use has,
//    by a twentieth of that and kLeast at least;
//  * kBetween has passed.
// One caller at a time.
class Trimmer {
 public:
  static constexpr std::chrono::seconds kLook{2};
  static constexpr std::chrono::seconds kBetween{10};
  static constexpr size_t kLeast = size_t{1} << 20;

  // The process that it looks at; tests have their own.
  class Process {
   public:
    Process() = default;
    virtual ~Process() = default;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    // The processors' time that it has taken.
    virtual std::chrono::nanoseconds Taken();
    virtual size_t Resident() { return ResidentBytes(); }
    virtual Heap ReadHeap() { return system::ReadHeap(); }
    virtual void GiveBack() { GiveBackFreeMemory(); }
  };

  explicit Trimmer(Process& process) : process_(process) {}

  // To be called often: looks each kLook.
  void Look(std::chrono::steady_clock::time_point now);

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  // Whether it calmed down, and did not just begin.
  bool IsCalm(TimePoint now);
  bool IsWorthIt();
  void Remember(TimePoint now);

  Process& process_;
  TimePoint looked_{};
  std::chrono::nanoseconds taken_{};
  double peak_ = 0;    // processors that were busy, at the most, since asked_
  TimePoint asked_{};  // when the heap was last read
  // When the memory was last given back, or at the first look.
  size_t resident_ = 0;
  size_t in_use_ = 0;
};

}  // namespace hawkmount::system

#endif  // HAWKMOUNT_SYSTEM_TRIMMER_H_
