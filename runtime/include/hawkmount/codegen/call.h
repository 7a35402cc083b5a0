#ifndef HAWKMOUNT_CODEGEN_CALL_H_
#define HAWKMOUNT_CODEGEN_CALL_H_

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "hawkmount/codegen/cancel_scope.h"
#include "hawkmount/codegen/cells.h"
#include "hawkmount/codegen/executor.h"
#include "hawkmount/method.h"

namespace google::protobuf {
class MessageLite;
}  // namespace google::protobuf

namespace spdlog {
class logger;
}  // namespace spdlog

namespace hawkmount {

class App;

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

// What identifies a call: see Context::request_id.
struct RequestId {
  std::string text;  // empty until somebody reads it
};

// The plain facts of a call that hooks share. Written by the call's event
// thread; while a blocking handler runs, by its worker alone.
struct CallRecord {
  const Method* method = nullptr;
  App* app = nullptr;
  spdlog::logger* logger = nullptr;
  MethodCells* cells = nullptr;  // null: the call is not measured
  bool observed = false;         // false: nothing is logged or echoed either
  RequestId request_id;
  std::chrono::steady_clock::time_point start;
  std::chrono::steady_clock::time_point end;
  // What the call came to, known once it is over.
  absl::StatusCode code = absl::StatusCode::kOk;
  // What the handler said, when the call came to something else.
  absl::StatusCode handler_code = absl::StatusCode::kOk;
  Rejection rejection = Rejection::kNone;
  bool threw = false;
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
  virtual std::chrono::system_clock::time_point Deadline() const = 0;
  virtual size_t MetadataSize() const = 0;
  virtual MetadataEntry MetadataAt(size_t index) const = 0;
  virtual absl::Status AddInitialMetadata(
      std::string_view key, std::string_view value) = 0;
  virtual absl::Status AddTrailingMetadata(
      std::string_view key, std::string_view value) = 0;
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

  // The memory for the handler's own coroutine frame: null when it is taken or
  // too small.
  virtual void* TakeFrame(size_t size) = 0;
  virtual void ReturnFrame() = 0;

  // Makes a status of the exception that flew out of a handler.
  virtual absl::Status StatusOf(std::exception_ptr exception) = 0;

 protected:
  ~Call() = default;
};

}  // namespace codegen
}  // namespace hawkmount

#endif  // HAWKMOUNT_CODEGEN_CALL_H_
