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

// At the most kLongestLogText bytes, and no half letter.
std::string_view Cut(std::string_view text) {
  if (text.size() <= observe::kLongestLogText) return text;
  size_t size = observe::kLongestLogText;
  while (size > 0 && (text[size] & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

void Put(
    CallRecord& call,
    LogRecord record,
    std::string_view first,
    std::string_view second) {
  const RequestId& id = call.request_id;
  record.id_size = static_cast<uint16_t>(id.given.size());
  record.first_size = static_cast<uint16_t>(first.size());
  record.second_size = static_cast<uint16_t>(second.size());
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
  if (!id.given.empty()) {
    std::memcpy(place, id.given.data(), id.given.size());
    place += id.given.size();
  }
  if (!first.empty()) std::memcpy(place, first.data(), first.size());
  if (!second.empty()) {
    std::memcpy(place + first.size(), second.data(), second.size());
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
  char peer[128];
  const size_t size = call.CopyPeer(peer, sizeof(peer));
  LogRecord fields{};
  fields.kind = LogRecord::Kind::kRequest;
  fields.time = Nanoseconds(record.start);
  Put(record, fields, {peer, size}, {});
}

void LogHook::LogEnd(CallRecord& record) {
  const auto taken = static_cast<uint64_t>(
      std::chrono::nanoseconds(record.end - record.start).count());
  const auto code = static_cast<size_t>(record.code);
  if (!record.logged && taken <= record.log->slow &&
      (kServerErrors >> code & 1) == 0) {
    return;
  }
  LogRecord fields{};
  fields.kind = LogRecord::Kind::kResponse;
  fields.code = static_cast<uint8_t>(code);
  fields.handler_code = static_cast<uint8_t>(record.handler_code);
  fields.time = Nanoseconds(record.end);
  fields.duration = taken;
  Put(record, fields, Cut(record.message), Cut(record.exception));
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
