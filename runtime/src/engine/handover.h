#ifndef HAWKMOUNT_ENGINE_HANDOVER_H_
#define HAWKMOUNT_ENGINE_HANDOVER_H_

// gRPC passes memory from the thread that submits an operation to the thread
// that takes its event, by means that the thread sanitizer cannot see, as gRPC
// is not instrumented. Every such hand-over is marked here.

#if defined(__SANITIZE_THREAD__)
#define HAWKMOUNT_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HAWKMOUNT_TSAN 1
#endif
#endif

#ifdef HAWKMOUNT_TSAN
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#endif

namespace hawkmount::engine {

// Before the operation is submitted.
inline void HandOver([[maybe_unused]] void* event) {
#ifdef HAWKMOUNT_TSAN
  __tsan_release(event);
#endif
}

// After its event was taken.
inline void TakeOver([[maybe_unused]] void* event) {
#ifdef HAWKMOUNT_TSAN
  __tsan_acquire(event);
#endif
}

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_HANDOVER_H_
