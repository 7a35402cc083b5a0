#ifndef HAWKMOUNT_CODEGEN_CALL_H_
#define HAWKMOUNT_CODEGEN_CALL_H_

#include <time.h>

#include <array>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "hawkmount/codegen/cancel_scope.h"
#include "hawkmount/codegen/cells.h"
#include "hawkmount/codegen/executor.h"
#include "hawkmount/codegen/id_generator.h"
#include "hawkmount/method.h"
#include "hawkmount/tls.h"
#include "hawkmount/trace.h"

namespace google::protobuf {
class MessageLite;
}  // namespace google::protobuf

namespace spdlog {
class logger;
}  // namespace spdlog

namespace hawkmount {

class App;

namespace observe {
class LogRing;
}  // namespace observe

// How a message is to be sent.
enum class WriteMode : unsigned char {
  // At once.
  kNow,
  // More messages follow right away: it may wait for them, which halves the
  // cost of a message. Never the mode of the last one before a wait.
  kMore,
};
inline constexpr WriteMode kMore = WriteMode::kMore;

// One pair of received metadata. Valid as long as the call.
struct MetadataEntry {
  std::string_view key;
  std::string_view value;
};

namespace codegen {

class FactStore;
class MessageHooks;

// std::chrono::steady_clock::now(), without the call through the standard
// library that it takes.
inline std::chrono::steady_clock::time_point Now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(
      static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec));
}

// What identifies a call: see Context::request_id. A text of the caller's, in
// the call's metadata, or a number of ours, which becomes text when somebody
// reads it.
struct RequestId {
  std::string_view given;
  uint64_t high = 0;
  uint64_t low = 0;  // 0: there is no number yet
  char digits[32];
  bool written = false;  // digits are

  bool decided() const { return !given.empty() || low != 0; }
  void Reset() {
    given = {};
    low = 0;
    written = false;
  }
};

// The address of a caller that its event thread has at hand.
struct KnownPeer {
  size_t size = 0;
  std::array<char, 48> text{};  // all of it may be copied
};

// Where the calls of one method log, on one event thread; the thread's own.
struct CallLog {
  observe::LogRing* ring = nullptr;
  // Of each 2^32 calls so many are logged.
  uint64_t share = uint64_t{1} << 32;
  uint64_t phase = 0;
  // A call that takes longer, in nanoseconds, always logs its end.
  uint64_t slow = UINT64_MAX;
  // Of the ids of plain calls.
  IdGenerator ids{};
};

// The plain facts of a call that hooks share. Written by the call's event
// thread; while a blocking handler runs, by its worker alone.
struct CallRecord {
  const Method* method = nullptr;
  App* app = nullptr;
  spdlog::logger* logger = nullptr;
  MethodCells* cells = nullptr;  // null: the call is not measured
  CallLog* log = nullptr;        // null: the call is not logged
  bool observed = false;         // false: no request id is echoed
  bool trust_request_id = true;  // false: the caller's is not kept
  bool echo_request_id = false;  // also one of our own
  bool logged = false;           // its beginning was
  // The caller sent an `x-request-id` or a `traceparent`.
  bool brings_ids = false;
  // Of a call that is logged, while it begins; null: Call::CopyPeer tells.
  const KnownPeer* peer = nullptr;
  // It is measured and logged, has a peer, brings no ids, and none of ours is
  // echoed, as with most calls: the record of its beginning makes the id.
  bool plain = false;
  RequestId request_id;
  bool traced = false;  // the caller sent a valid trace
  TraceContext trace;
  std::chrono::steady_clock::time_point start;
  std::chrono::steady_clock::time_point end;
  // What the call came to, known once it is over.
  absl::StatusCode code = absl::StatusCode::kOk;
  // What the handler said, when the call came to something else.
  absl::StatusCode handler_code = absl::StatusCode::kOk;
  Rejection rejection = Rejection::kNone;
  bool threw = false;
  // What interceptors have put beside the call, and which of them look at the
  // messages of its streams. Theirs: null before the handler runs and after.
  FactStore* facts = nullptr;
  MessageHooks* messages = nullptr;
  // What the status says, when the call is over.
  std::string_view message;
  // The type and text of what flew out of the handler.
  std::string exception;
};

// A read or write of a coroutine, waiting to be resumed.
class StreamWaiter : public CancelScope::Waiter {
 public:
  std::coroutine_handle<> coroutine;
  google::protobuf::MessageLite* message = nullptr;
  Environment environment;
  bool ok = false;
};

// A call as generated code sees it, over whatever carries it. Nobody but the
// carrier makes one.
class Call {
 public:
  CallRecord record;

  virtual std::string Peer() const = 0;
  // As much of it as fits, and maybe some bytes more; how much it is. Takes no
  // memory on the event thread, for connections that are known there.
  virtual size_t CopyPeer(char* to, size_t capacity) const = 0;
  virtual PeerIdentity Identity() const = 0;
  virtual std::chrono::system_clock::time_point Deadline() const = 0;
  // See Context::ShortenDeadline. One thread at a time, whichever it is.
  virtual void ShortenDeadline(std::chrono::nanoseconds left) = 0;
  virtual size_t MetadataSize() const = 0;
  virtual MetadataEntry MetadataAt(size_t index) const = 0;
  // The first value of `key`.
  virtual std::optional<std::string_view> FindMetadata(
      std::string_view key) const;
  virtual absl::Status AddInitialMetadata(
      std::string_view key, std::string_view value) = 0;
  virtual absl::Status AddTrailingMetadata(
      std::string_view key, std::string_view value) = 0;
  // Adds a valid request id, which lives as long as the call, to the answer's
  // headers. Before the handler runs.
  virtual void EchoRequestId(std::string_view id) = 0;
  virtual bool IsCancelled() const = 0;
  virtual bool RequestCompressed() const = 0;

  // For blocking handlers: these wait.
  virtual bool Read(google::protobuf::MessageLite& message) = 0;
  virtual bool Write(
      const google::protobuf::MessageLite& message, WriteMode mode) = 0;

  // For coroutines: true when it was over at once, with its outcome in
  // `waiter.ok`; otherwise the waiter's coroutine is resumed when it is.
  virtual bool StartRead(StreamWaiter& waiter) = 0;
  virtual bool StartWrite(StreamWaiter& waiter, WriteMode mode) = 0;
  // Resumes a reader that waits; what arrives later is kept for the next one.
  virtual void GiveUpRead(StreamWaiter& waiter) = 0;

  // Memory for the frames of the handler's coroutines: null when there is not
  // so much. The event thread.
  virtual void* TakeFrame(size_t size) = 0;
  virtual void ReturnFrame(void* memory, size_t size) = 0;

  // Makes a status of the exception that flew out of a handler.
  virtual absl::Status StatusOf(std::exception_ptr exception) = 0;

 protected:
  ~Call() = default;
};

}  // namespace codegen
}  // namespace hawkmount

#endif  // HAWKMOUNT_CODEGEN_CALL_H_
