#include "system/memory.h"

#include <malloc.h>
#include <unistd.h>

#include <fstream>

namespace hawkmount::system {

size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  size_t all = 0;
  size_t resident = 0;
  if (!(statm >> all >> resident)) return 0;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

Heap ReadHeap() {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
  const auto info = mallinfo2();
  return {.free = info.fordblks, .in_use = info.uordblks + info.hblkhd};
#else
  return {};
#endif
}

void GiveBackFreeMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace hawkmount::system
