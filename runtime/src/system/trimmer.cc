#include "system/trimmer.h"

#include <algorithm>
#include <ctime>

namespace hawkmount::system {

using std::chrono::nanoseconds;

nanoseconds Trimmer::Process::Taken() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

void Trimmer::Look(TimePoint now) {
  if (looked_ == TimePoint()) {
    looked_ = now;
    taken_ = process_.Taken();
    return Remember(now);
  }
  if (now - looked_ < kLook) return;
  if (!IsCalm(now) || now - asked_ < kBetween) return;
  // The cheap question first: most of the time there is nothing to gain.
  if (process_.Resident() < resident_ + kLeast) return;
  asked_ = now;
  if (!IsWorthIt()) return;
  process_.GiveBack();
  peak_ = 0;
  Remember(now);
}

bool Trimmer::IsCalm(TimePoint now) {
  const nanoseconds taken = process_.Taken();
  const double busy = std::chrono::duration<double>(taken - taken_) /
                      std::chrono::duration<double>(now - looked_);
  looked_ = now;
  taken_ = taken;
  peak_ = std::max(peak_, busy);
  return busy < peak_ / 2;
}

bool Trimmer::IsWorthIt() {
  const Heap heap = process_.ReadHeap();
  const size_t least = std::max(kLeast, heap.in_use / 20);
  // What was given back still counts as free: what is in memory tells.
  return heap.free >= least &&
         process_.Resident() + in_use_ >= resident_ + heap.in_use + least;
}

void Trimmer::Remember(TimePoint now) {
  asked_ = now;
  resident_ = process_.Resident();
  in_use_ = process_.ReadHeap().in_use;
}

}  // namespace hawkmount::system
