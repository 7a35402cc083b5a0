#ifndef HAWKMOUNT_SYSTEM_THREAD_H_
#define HAWKMOUNT_SYSTEM_THREAD_H_

#include <functional>
#include <string_view>
#include <thread>

#include "absl/status/statusor.h"

namespace hawkmount::system {

// Starts a thread, shown by the system under `name`, of which it keeps fifteen
// characters. RESOURCE_EXHAUSTED when there is none to be had, told as "cannot
// start the thread that `purpose`".
absl::StatusOr<std::thread> StartThread(
    std::string_view name, std::string_view purpose, std::function<void()> run);

}  // namespace hawkmount::system

#endif  // HAWKMOUNT_SYSTEM_THREAD_H_
