// Included before all else where the thread sanitizer looks at code that has
// protobuf's maps in its messages. In that case protobuf's header gives them
// two members more, which those in its library, built without, do not have:
// they read each other's at the wrong places.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#undef __SANITIZE_THREAD__
#include <google/protobuf/map_field.h>  // IWYU pragma: keep
#define __SANITIZE_THREAD__ 1
