#ifndef HAWKMOUNT_TESTS_RUNTIME_PLANNED_MOUNTS_H_
#define HAWKMOUNT_TESTS_RUNTIME_PLANNED_MOUNTS_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "app/plan.h"

namespace hawkmount::app {

inline constexpr codegen::ServiceEntry kFirst{"pkg.First", {}, {}};
inline constexpr codegen::ServiceEntry kSecond{"pkg.Second", {}, {}};

class AnyMount final : public Mount {
 public:
  explicit AnyMount(const codegen::ServiceEntry& service)
      : Mount(service, nullptr, {}) {}
};

inline PlannedMount On(
    const codegen::ServiceEntry& service, const std::string& host, int port) {
  return {AnyMount(service), {.host = host, .port = port}};
}

// Two mounts, of other services, with some options.
inline absl::StatusOr<std::vector<PlannedServer>> PlanOfTwo(
    MountOptions first, MountOptions second) {
  return PlanServers(
      {{AnyMount(kFirst), std::move(first)},
       {AnyMount(kSecond), std::move(second)}});
}

// INVALID_ARGUMENT, with all of these in its message.
inline void ExpectRefused(
    const absl::Status& status, const std::vector<std::string>& texts) {
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  for (const std::string& text : texts) {
    EXPECT_NE(std::string(status.message()).find(text), std::string::npos)
        << text << "\n"
        << status;
  }
}

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_TESTS_RUNTIME_PLANNED_MOUNTS_H_
