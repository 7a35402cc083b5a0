#ifndef HAWKMOUNT_SYSTEM_MEMORY_H_
#define HAWKMOUNT_SYSTEM_MEMORY_H_

#include <cstddef>

namespace hawkmount::system {

// Bytes of this process that are in memory; 0 when the system does not tell.
size_t ResidentBytes();

// What the C library's allocator says of itself: zeros where it is not glibc,
// or where another allocator is in front of it.
struct Heap {
  size_t free = 0;  // some of it may be the system's again
  size_t in_use = 0;
};
Heap ReadHeap();

// Gives the system back what is free. Does nothing where the C library is not
// glibc. Threads that allocate may wait meanwhile: 20 to 60 ms were measured
// for 150 MiB.
void GiveBackFreeMemory();

}  // namespace hawkmount::system

#endif  // HAWKMOUNT_SYSTEM_MEMORY_H_
