#ifndef HAWKMOUNT_OBSERVE_TRACE_CONTEXT_H_
#define HAWKMOUNT_OBSERVE_TRACE_CONTEXT_H_

#include <string>
#include <string_view>

#include "hawkmount/codegen/call.h"
#include "hawkmount/trace.h"

namespace hawkmount::observe {

inline constexpr std::string_view kTraceparentKey = "traceparent";
inline constexpr std::string_view kTracestateKey = "tracestate";

// Reads a traceparent, of version 00 or a later one that begins in the same
// way. False, and nothing changed, when it is not valid.
bool ParseTraceparent(std::string_view text, TraceContext& to);

// Whether this is a valid tracestate of 1 to 32 members and 512 characters at
// the most.
bool IsValidTracestate(std::string_view text);

// Settles the trace of a call: what the caller sent, with a new span, or none.
// Not valid is a traceparent that comes twice; a tracestate that is not valid
// is dropped alone.
void DecideTrace(codegen::Call& call);

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_TRACE_CONTEXT_H_
