#ifndef HAWKMOUNT_OBSERVE_REQUEST_ID_H_
#define HAWKMOUNT_OBSERVE_REQUEST_ID_H_

#include <cstdint>
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

// Of the same generator; never 0.
uint64_t NewSpanId();

// Settles the id of a call: what the caller sent, if it is valid and may be
// trusted, or a new one. Once; further calls change nothing.
void DecideRequestId(codegen::Call& call);

// Its text. Valid as long as the call.
std::string_view RequestIdOf(codegen::Call& call);

// With a start and a key that the system gave.
codegen::IdGenerator SeededIdGenerator();

// The text of one that is settled, which others may read at the same time.
std::string TextOf(const codegen::RequestId& id);

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_REQUEST_ID_H_
