#ifndef HAWKMOUNT_OBSERVE_REQUEST_ID_H_
#define HAWKMOUNT_OBSERVE_REQUEST_ID_H_

#include <string>
#include <string_view>

#include "hawkmount/codegen/call.h"

namespace hawkmount::observe {

inline constexpr std::string_view kRequestIdKey = "x-request-id";

// 1 to 128 characters of [A-Za-z0-9._~:+/=-].
bool IsValidRequestId(std::string_view text);

// 32 lower-case hex digits, from a generator of the thread's own that the
// system seeded. Never all zero.
std::string NewRequestId();

// The text of a call's id: what the caller sent, if it is valid, or a new one;
// decided when it is first asked for.
const std::string& RequestIdOf(codegen::Call& call);

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_REQUEST_ID_H_
