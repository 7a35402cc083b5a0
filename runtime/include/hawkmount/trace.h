#ifndef HAWKMOUNT_TRACE_H_
#define HAWKMOUNT_TRACE_H_

#include <cstdint>
#include <string>

namespace hawkmount {

// The place of a call in a distributed trace, as W3C Trace Context has it
// (https://www.w3.org/TR/trace-context/): the caller's trace and span, and a
// span of this call's own. A plain value.
struct TraceContext {
  uint64_t trace_high = 0;
  uint64_t trace_low = 0;
  uint64_t parent_span = 0;  // the caller's
  uint64_t span = 0;         // this call's
  uint8_t flags = 0;
  // What vendors added, to be passed on as it is; empty for none.
  std::string state{};

  // Whether the caller records its part of the trace.
  bool sampled() const { return (flags & 1) != 0; }

  // In lower-case hex: 32 and 16 digits.
  std::string trace_id() const;
  std::string span_id() const;
  std::string parent_span_id() const;

  // The header `traceparent` for calls that this one makes.
  std::string traceparent() const;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_TRACE_H_
