#include "hawkmount/codegen/hooks.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "hawkmount/codegen/source.h"
#include "observe/log_record.h"
#include "observe/log_ring.h"
#include "observe/request_id.h"

namespace hawkmount::codegen {
namespace {

using observe::kLongestPeer;
using observe::LogRecord;

uint64_t Nanoseconds(std::chrono::steady_clock::time_point time) {
  return static_cast<uint64_t>(
      std::chrono::nanoseconds(time.time_since_epoch()).count());
}

// Statuses that are the server's own fault: see the semantic conventions of
// OpenTelemetry for gRPC servers.
constexpr uint32_t kServerErrors =
    1u << 2 | 1u << 4 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 15;

// At the most kLongestLogText bytes, and no half letter.
std::string_view Cut(std::string_view text) {
  if (text.size() <= observe::kLongestLogText) return text;
  size_t size = observe::kLongestLogText;
  while (size > 0 && (text[size] & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

// A record in the making, where it lies in the ring: fields first, then texts
// in their order.
class RingRecord {
 public:
  // Filled in with what both records of a call have. `texts` is how many bytes
  // more it may be given. Not there when the ring has no room.
  RingRecord(CallRecord& call, LogRecord::Kind kind, size_t texts)
      : ring_(*call.log->ring) {
    const RequestId& id = call.request_id;
    char* place = ring_.Begin(sizeof(LogRecord) + id.given.size() + texts);
    if (place == nullptr) return;
    fields_ = new (place) LogRecord;
    end_ = place + sizeof(LogRecord);
    fields_->kind = kind;
    fields_->method = call.method;
    fields_->id_size = static_cast<uint16_t>(id.given.size());
    if (id.given.empty()) {
      fields_->id_high = id.high;
      fields_->id_low = id.low;
    } else {
      Append(id.given);
    }
    fields_->traced = call.traced;
    if (call.traced) {
      fields_->trace_high = call.trace.trace_high;
      fields_->trace_low = call.trace.trace_low;
      fields_->span = call.trace.span;
    }
  }
  RingRecord(const RingRecord&) = delete;
  RingRecord& operator=(const RingRecord&) = delete;

  explicit operator bool() const { return fields_ != nullptr; }
  LogRecord* operator->() { return fields_; }

  uint16_t Append(std::string_view text) {
    if (!text.empty()) std::memcpy(end_, text.data(), text.size());
    end_ += text.size();
    return static_cast<uint16_t>(text.size());
  }
  uint16_t AppendPeer(const Call& call) {
    const size_t size = call.CopyPeer(end_, kLongestPeer);
    end_ += size;
    return static_cast<uint16_t>(size);
  }
  void Commit() {
    ring_.Commit(static_cast<size_t>(end_ - reinterpret_cast<char*>(fields_)));
  }

 private:
  observe::LogRing& ring_;
  LogRecord* fields_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace

void LogHook::LogStart(Call& call) {
  CallRecord& record = call.record;
  CallLog& log = *record.log;
  if (record.start == std::chrono::steady_clock::time_point()) {
    record.start = std::chrono::steady_clock::now();
  }
  log.phase += log.share;
  record.logged = log.phase >> 32 != 0;
  log.phase &= UINT32_MAX;
  observe::DecideRequestId(call);
  if (!record.logged) return;
  RingRecord fields(record, LogRecord::Kind::kRequest, kLongestPeer);
  if (!fields) return;
  fields->time = Nanoseconds(record.start);
  fields->peer_size = fields.AppendPeer(call);
  fields->error_size = 0;
  fields->exception_size = 0;
  fields.Commit();
}

void LogHook::LogEnd(Call& call) {
  CallRecord& record = call.record;
  const auto taken = static_cast<uint64_t>(
      std::chrono::nanoseconds(record.end - record.start).count());
  const auto code = static_cast<size_t>(record.code);
  const bool slow = taken > record.log->slow;
  if (!record.logged && !slow && (kServerErrors >> code & 1) == 0) {
    return;
  }
  const std::string_view error = Cut(record.message);
  const std::string_view exception = Cut(record.exception);
  const bool with_peer = code != 0 || slow;
  RingRecord fields(
      record,
      LogRecord::Kind::kResponse,
      (with_peer ? kLongestPeer : 0) + error.size() + exception.size());
  if (!fields) return;
  fields->code = static_cast<uint8_t>(code);
  fields->handler_code = static_cast<uint8_t>(record.handler_code);
  fields->slow = slow;
  fields->time = Nanoseconds(record.end);
  fields->duration = taken;
  fields->peer_size = with_peer ? fields.AppendPeer(call) : 0;
  fields->error_size = fields.Append(error);
  fields->exception_size = fields.Append(exception);
  fields.Commit();
}

absl::Status Unimplemented(const Method& method) {
  return absl::UnimplementedError(
      std::string(method.path) + " is not implemented");
}

}  // namespace hawkmount::codegen

namespace hawkmount {

std::string_view ToString(MethodKind kind) {
  switch (kind) {
    case MethodKind::kUnary:
      return "unary";
    case MethodKind::kClientStream:
      return "client_stream";
    case MethodKind::kServerStream:
      return "server_stream";
    case MethodKind::kBidiStream:
      break;
  }
  return "bidi_stream";
}

}  // namespace hawkmount
