#ifndef HAWKMOUNT_OBSERVE_LOG_RECORD_H_
#define HAWKMOUNT_OBSERVE_LOG_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hawkmount/method.h"

namespace hawkmount::observe {

// What an event thread says of a call, as it lies in the ring: plain fields,
// then the texts, one after the other. Nothing is formatted yet.
struct LogRecord {
  enum class Kind : uint8_t { kRequest, kResponse };

  Kind kind;
  uint8_t code;          // of responses
  uint8_t handler_code;  // of responses
  bool traced;
  uint16_t id_size;      // 0: the id is in the numbers
  uint16_t first_size;   // a request's peer, a response's error
  uint16_t second_size;  // a response's exception
  uint16_t reserved_too;
  uint32_t reserved_three;
  const Method* method;
  uint64_t time;      // steady clock, nanoseconds
  uint64_t duration;  // of responses, nanoseconds
  uint64_t id_high;
  uint64_t id_low;
  uint64_t trace_high;
  uint64_t trace_low;
  uint64_t span;

  size_t size() const {
    return sizeof(LogRecord) + id_size + first_size + second_size;
  }
  const char* texts() const { return reinterpret_cast<const char*>(this + 1); }
  std::string_view id() const { return {texts(), id_size}; }
  std::string_view first() const { return {texts() + id_size, first_size}; }
  std::string_view second() const {
    return {texts() + id_size + first_size, second_size};
  }
};

// Longer texts are cut.
inline constexpr size_t kLongestLogText = 512;

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_LOG_RECORD_H_
