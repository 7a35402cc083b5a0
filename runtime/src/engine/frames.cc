// Memory for coroutine frames.

#include <array>
#include <cstdlib>
#include <new>
#include <utility>

#include "hawkmount/codegen/executor.h"

namespace hawkmount::codegen {
namespace {

constexpr size_t kStep = 256;
constexpr size_t kClasses = 16;  // up to 4 kB; larger frames are not kept
constexpr size_t kKept = 64;     // a class and thread

struct UnusedFrame {
  UnusedFrame* next;
};

// The frames of one thread that nobody uses. A frame may be freed on another
// thread than it came from; it then stays there.
class FrameList {
 public:
  ~FrameList() {
    for (Class& sizes : classes_) {
      while (sizes.first != nullptr) {
        std::free(std::exchange(sizes.first, sizes.first->next));
      }
    }
  }

  void* Take(size_t index) {
    Class& sizes = classes_[index];
    if (sizes.first == nullptr) return nullptr;
    --sizes.count;
    return std::exchange(sizes.first, sizes.first->next);
  }

  bool Keep(size_t index, void* memory) {
    Class& sizes = classes_[index];
    if (sizes.count == kKept) return false;
    ++sizes.count;
    sizes.first = new (memory) UnusedFrame{sizes.first};
    return true;
  }

 private:
  struct Class {
    UnusedFrame* first = nullptr;
    size_t count = 0;
  };
  std::array<Class, kClasses> classes_;
};

thread_local FrameList t_frames;

}  // namespace

void* AllocateFrame(size_t size) {
  const size_t index = (size - 1) / kStep;
  if (index < kClasses) {
    if (void* memory = t_frames.Take(index)) return memory;
    size = (index + 1) * kStep;
  }
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void FreeFrame(void* frame, size_t size) {
  const size_t index = (size - 1) / kStep;
  if (index < kClasses && t_frames.Keep(index, frame)) return;
  std::free(frame);
}

}  // namespace hawkmount::codegen
