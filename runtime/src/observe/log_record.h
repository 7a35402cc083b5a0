#ifndef HAWKMOUNT_OBSERVE_LOG_RECORD_H_
#define HAWKMOUNT_OBSERVE_LOG_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hawkmount/method.h"

namespace hawkmount::observe {

// What a record is like. Two words, so that a call that is like most others
// writes them as such.
struct LogRecordHead {
  enum class Kind : uint8_t { kRequest, kResponse };

  Kind kind;
  uint8_t code;          // of responses
  uint8_t handler_code;  // of responses
  bool traced;
  uint16_t id_size;    // 0: the id is in the numbers
  uint16_t peer_size;  // of requests, and of responses that failed or were slow
  uint16_t error_size;
  uint16_t exception_size;
  bool slow;
};

// What an event thread says of a call, as it lies in the ring: plain fields,
// then the texts, one after the other. Nothing is formatted yet.
struct LogRecord : LogRecordHead {
  const Method* method;
  uint64_t time;      // steady clock, nanoseconds
  uint64_t duration;  // of responses, nanoseconds
  uint64_t id_high;
  uint64_t id_low;
  uint64_t trace_high;
  uint64_t trace_low;
  uint64_t span;

  size_t size() const {
    return sizeof(LogRecord) + id_size + peer_size + error_size +
           exception_size;
  }
  std::string_view id() const { return Text(0, id_size); }
  std::string_view peer() const { return Text(id_size, peer_size); }
  std::string_view error() const {
    return Text(size_t{id_size} + peer_size, error_size);
  }
  std::string_view exception() const {
    return Text(size_t{id_size} + peer_size + error_size, exception_size);
  }

 private:
  std::string_view Text(size_t begin, size_t size) const {
    return {reinterpret_cast<const char*>(this + 1) + begin, size};
  }
};

// Longer texts are cut.
inline constexpr size_t kLongestLogText = 512;
inline constexpr size_t kLongestPeer = 128;
// Longer ones are not valid.
inline constexpr size_t kLongestRequestId = 128;

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_LOG_RECORD_H_
