#ifndef HAWKMOUNT_BENCH_HARNESS_OBJECT_TEXT_H_
#define HAWKMOUNT_BENCH_HARNESS_OBJECT_TEXT_H_

#include <string>

namespace hawkmount::bench {

// The machine code in an object file, in bytes: all its sections that hold
// instructions.
long TextBytes(const std::string& object_file);

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_OBJECT_TEXT_H_
