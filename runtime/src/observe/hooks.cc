#include "hawkmount/codegen/hooks.h"

#include <algorithm>
#include <bit>
#include <cstddef>
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

static_assert(
    sizeof(LogRecord) + observe::kLongestRequestId + kLongestPeer +
        2 * observe::kLongestLogText <=
    observe::LogRing::kLongestRecord);

// At the most kLongestLogText bytes, and no half letter.
std::string_view Cut(std::string_view text) {
  if (text.size() <= observe::kLongestLogText) return text;
  size_t size = observe::kLongestLogText;
  while (size > 0 && (text[size] & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

// The fields that the records of a plain call have in common. The head goes as
// two words.
inline LogRecord* FillPlain(
    const CallRecord& call, LogRecord::Kind kind, size_t peer_size, char* to) {
  const uint64_t head[2] = {
      static_cast<uint64_t>(kind) | static_cast<uint64_t>(peer_size) << 48, 0};
  static_assert(offsetof(observe::LogRecordHead, kind) == 0);
  static_assert(offsetof(observe::LogRecordHead, peer_size) == 6);
  static_assert(sizeof(observe::LogRecordHead) <= sizeof(head));
  static_assert(std::endian::native == std::endian::little);
  auto* record = new (to) LogRecord;
  std::memcpy(to, head, sizeof(head));
  record->method = call.method;
  return record;
}

// What both records of a call have. Returns where the texts go on.
inline char* FillIn(const CallRecord& call, char* place) {
  auto* record = reinterpret_cast<LogRecord*>(place);
  record->method = call.method;
  record->traced = call.traced;
  if (call.traced) [[unlikely]] {
    record->trace_high = call.trace.trace_high;
    record->trace_low = call.trace.trace_low;
    record->span = call.trace.span;
  }
  const RequestId& id = call.request_id;
  record->id_size = static_cast<uint16_t>(id.given.size());
  record->id_high = id.high;
  record->id_low = id.low;
  place += sizeof(LogRecord);
  if (id.given.empty()) [[likely]]
    return place;
  std::memcpy(place, id.given.data(), id.given.size());
  return place + id.given.size();
}

char* Append(std::string_view text, char* place) {
  if (!text.empty()) std::memcpy(place, text.data(), text.size());
  return place + text.size();
}

// The record of a call's beginning, whatever the call is like.
[[gnu::noinline]] void LogAnyStart(Call& call) {
  CallRecord& record = call.record;
  if (record.start == std::chrono::steady_clock::time_point()) {
    record.start = std::chrono::steady_clock::now();
  }
  observe::DecideRequestId(call);
  if (!record.logged) return;
  observe::LogRing& ring = *record.log->ring;
  char* place = ring.Begin(
      sizeof(LogRecord) + record.request_id.given.size() + kLongestPeer);
  if (place == nullptr) return;
  auto* fields = new (place) LogRecord;
  char* peer = FillIn(record, place);
  fields->kind = LogRecord::Kind::kRequest;
  fields->code = 0;
  fields->handler_code = 0;
  fields->slow = false;
  fields->time = Nanoseconds(record.start);
  const size_t peer_size = call.CopyPeer(peer, kLongestPeer);
  fields->peer_size = static_cast<uint16_t>(peer_size);
  fields->error_size = 0;
  fields->exception_size = 0;
  ring.Commit(static_cast<size_t>(peer + peer_size - place));
}

// The record of the end of whatever call; those that ended well have no peer.
[[gnu::noinline]] void LogAnyEnd(
    const Call& call, const CallRecord& record, uint64_t taken) {
  const bool slow = taken > record.log->slow;
  const bool failed =
      (kServerErrors >> static_cast<size_t>(record.code) & 1) != 0;
  if (!record.logged && !slow && !failed) return;
  const std::string_view error = Cut(record.message);
  const std::string_view exception = Cut(record.exception);
  observe::LogRing& ring = *record.log->ring;
  char* place = ring.Begin(
      sizeof(LogRecord) + record.request_id.given.size() + kLongestPeer +
      error.size() + exception.size());
  if (place == nullptr) return;
  auto* fields = new (place) LogRecord;
  char* peer = FillIn(record, place);
  fields->kind = LogRecord::Kind::kResponse;
  fields->code = static_cast<uint8_t>(record.code);
  fields->handler_code = static_cast<uint8_t>(record.handler_code);
  fields->slow = slow;
  fields->time = Nanoseconds(record.end);
  fields->duration = taken;
  const bool well = record.code == absl::StatusCode::kOk && !slow;
  const size_t peer_size = well ? 0 : call.CopyPeer(peer, kLongestPeer);
  fields->peer_size = static_cast<uint16_t>(peer_size);
  fields->error_size = static_cast<uint16_t>(error.size());
  fields->exception_size = static_cast<uint16_t>(exception.size());
  const char* end = Append(exception, Append(error, peer + peer_size));
  ring.Commit(static_cast<size_t>(end - place));
}

}  // namespace

// A plain call costs no more than the fields of its records: whatever else
// there is goes elsewhere, so that nothing has to be saved here.
void LogHook::LogStart(Call& call) {
  CallRecord& record = call.record;
  CallLog& log = *record.log;
  const uint64_t phase = log.phase + log.share;
  log.phase = phase & UINT32_MAX;
  record.logged = phase >> 32 != 0;
  if (!record.logged || !record.plain) [[unlikely]]
    return LogAnyStart(call);
  const KnownPeer& peer = *record.peer;
  observe::LogRing& ring = *log.ring;
  const uint64_t position = ring.position();
  if (!ring.HasRoomAtOnce(position, sizeof(LogRecord) + sizeof(peer.text)))
      [[unlikely]] {
    return LogAnyStart(call);
  }
  char* place = ring.Place(position);
  LogRecord* fields =
      FillPlain(record, LogRecord::Kind::kRequest, peer.size, place);
  uint64_t high, low;
  log.ids.Next(high, low);
  record.request_id.high = fields->id_high = high;
  record.request_id.low = fields->id_low = low;
  fields->time = Nanoseconds(record.start);
  std::memcpy(fields + 1, peer.text.data(), sizeof(peer.text));
  ring.Commit(position, place, sizeof(LogRecord) + peer.size);
}

void LogHook::LogEnd(const Call& call, const CallRecord& record) {
  const auto taken = static_cast<uint64_t>(
      std::chrono::nanoseconds(record.end - record.start).count());
  if (record.code != absl::StatusCode::kOk || taken > record.log->slow ||
      !record.plain) [[unlikely]] {
    return LogAnyEnd(call, record, taken);
  }
  if (!record.logged) return;
  observe::LogRing& ring = *record.log->ring;
  const uint64_t position = ring.position();
  if (!ring.HasRoomAtOnce(position, sizeof(LogRecord))) [[unlikely]]
    return LogAnyEnd(call, record, taken);
  char* place = ring.Place(position);
  LogRecord* fields = FillPlain(record, LogRecord::Kind::kResponse, 0, place);
  fields->id_high = record.request_id.high;
  fields->id_low = record.request_id.low;
  fields->time = Nanoseconds(record.end);
  fields->duration = taken;
  ring.Commit(position, place, sizeof(LogRecord));
}

absl::Status Unimplemented(const Method& method) {
  return absl::UnimplementedError(
      std::string(method.path) + " is not implemented");
}

}  // namespace hawkmount::codegen
