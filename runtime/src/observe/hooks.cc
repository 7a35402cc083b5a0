#include "hawkmount/codegen/hooks.h"

#include <algorithm>
#include <cstring>

#include "hawkmount/codegen/source.h"
#include "observe/log_record.h"
#include "observe/log_ring.h"
#include "observe/request_id.h"

namespace hawkmount::codegen {
namespace {

using observe::LogRecord;

uint64_t Nanoseconds(std::chrono::steady_clock::time_point time) {
  return static_cast<uint64_t>(
      std::chrono::nanoseconds(time.time_since_epoch()).count());
}

// Statuses that are the server's own fault: see the semantic conventions of
// OpenTelemetry for gRPC servers.
constexpr uint32_t kServerErrors =
    1u << 2 | 1u << 4 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 15;

constexpr size_t kLongestPeer = 128;

// At the most kLongestLogText bytes, and no half letter.
std::string_view Cut(std::string_view text) {
  if (text.size() <= observe::kLongestLogText) return text;
  size_t size = observe::kLongestLogText;
  while (size > 0 && (text[size] & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

void Put(
    const CallRecord& call,
    LogRecord record,
    std::string_view peer,
    std::string_view error = {},
    std::string_view exception = {}) {
  const RequestId& id = call.request_id;
  record.id_size = static_cast<uint16_t>(id.given.size());
  record.peer_size = static_cast<uint16_t>(peer.size());
  record.error_size = static_cast<uint16_t>(error.size());
  record.exception_size = static_cast<uint16_t>(exception.size());
  record.method = call.method;
  record.id_high = id.high;
  record.id_low = id.low;
  record.traced = call.traced;
  record.trace_high = call.trace.trace_high;
  record.trace_low = call.trace.trace_low;
  record.span = call.trace.span;
  char* place = call.log->ring->Begin(record.size());
  if (place == nullptr) return;
  std::memcpy(place, &record, sizeof(record));
  place += sizeof(record);
  for (const std::string_view text : {id.given, peer, error, exception}) {
    if (text.empty()) continue;
    std::memcpy(place, text.data(), text.size());
    place += text.size();
  }
  call.log->ring->Commit();
}

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
  char peer[kLongestPeer];
  const size_t size = call.CopyPeer(peer, sizeof(peer));
  LogRecord fields{};
  fields.kind = LogRecord::Kind::kRequest;
  fields.time = Nanoseconds(record.start);
  Put(record, fields, {peer, size});
}

void LogHook::LogEnd(const Call& call, const CallRecord& record) {
  const auto taken = static_cast<uint64_t>(
      std::chrono::nanoseconds(record.end - record.start).count());
  const auto code = static_cast<size_t>(record.code);
  const bool slow = taken > record.log->slow;
  if (!record.logged && !slow && (kServerErrors >> code & 1) == 0) {
    return;
  }
  LogRecord fields{};
  fields.kind = LogRecord::Kind::kResponse;
  fields.code = static_cast<uint8_t>(code);
  fields.handler_code = static_cast<uint8_t>(record.handler_code);
  fields.time = Nanoseconds(record.end);
  fields.duration = taken;
  fields.slow = slow;
  char peer[kLongestPeer];
  size_t size = 0;
  if (code != 0 || slow) size = call.CopyPeer(peer, sizeof(peer));
  Put(record, fields, {peer, size}, Cut(record.message), Cut(record.exception));
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
