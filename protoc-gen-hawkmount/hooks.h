#ifndef HAWKMOUNT_PROTOC_HOOKS_H_
#define HAWKMOUNT_PROTOC_HOOKS_H_

#include <array>

namespace hawkmount {
class Observe;
}  // namespace hawkmount

namespace hawkmount::protoc {

struct Hook {
  const char* name;  // of the member, the parameter and the field of Observe
  const char* type;  // in hawkmount::codegen
};

// All that can stand in a call, the outermost first.
inline constexpr std::array<Hook, 3> kHooks = {{
    {"metrics", "MetricsHook"},
    {"request_id", "RequestIdHook"},
    {"log", "LogHook"},
}};

// Which of kHooks are on.
using Switches = std::array<bool, kHooks.size()>;

inline constexpr Switches kAllOn = {true, true, true};

// Turns what `observe` speaks of, and leaves the rest.
void Turn(const hawkmount::Observe& observe, Switches& switches);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_HOOKS_H_
