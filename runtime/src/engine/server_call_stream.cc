// The parts of a ServerCall that handlers use: metadata, streams, frames.

#include <google/protobuf/message_lite.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "absl/strings/str_cat.h"
#include "engine/batch.h"
#include "engine/message.h"
#include "engine/metadata.h"
#include "engine/server_call.h"
#include "observe/request_id.h"
#include "observe/trace_context.h"
#include "tls/peer_identity.h"

namespace hawkmount::engine {

using codegen::StreamWaiter;
using google::protobuf::MessageLite;

namespace {

constexpr size_t kKeptCalls = 1024;
constexpr size_t kLargestFrame = 4096;

std::string_view TextOf(const grpc_slice& slice) {
  return {
      reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)),
      GRPC_SLICE_LENGTH(slice)};
}

}  // namespace

// Metadata and facts.

std::string ServerCall::Peer() const {
  char* peer = grpc_call_get_peer(call_);
  std::string result = peer;
  gpr_free(peer);
  return result;
}

size_t ServerCall::CopyPeer(char* to, size_t capacity) const {
  if (shard_.IsThisThread()) {
    const codegen::KnownPeer* known = shard_.peers().Find(call_);
    if (known != nullptr) {
      const size_t size = std::min(known->size, capacity);
      std::memcpy(to, known->text.data(), size);
      return size;
    }
  }
  return PeerCache::Copy(call_, to, capacity);
}

PeerIdentity ServerCall::Identity() const { return tls::PeerIdentityOf(call_); }

std::chrono::system_clock::time_point ServerCall::Deadline() const {
  const TimePoint end = end_.load(std::memory_order_relaxed);
  if (end == kNever) return CallersDeadline();
  const auto now = std::chrono::system_clock::now();
  return std::min(
      CallersDeadline(),
      now + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                end - std::chrono::steady_clock::now()));
}

std::chrono::system_clock::time_point ServerCall::CallersDeadline() const {
  if (gpr_time_cmp(deadline_, gpr_inf_future(deadline_.clock_type)) == 0) {
    return std::chrono::system_clock::time_point::max();
  }
  const gpr_timespec time =
      gpr_convert_clock_type(deadline_, GPR_CLOCK_REALTIME);
  constexpr auto kLatest = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::time_point::max().time_since_epoch());
  if (time.tv_sec >= kLatest.count()) {
    return std::chrono::system_clock::time_point::max();
  }
  return std::chrono::system_clock::time_point(
      std::chrono::seconds(time.tv_sec) +
      std::chrono::nanoseconds(time.tv_nsec));
}

MetadataEntry ServerCall::MetadataAt(size_t index) const {
  const grpc_metadata& entry = metadata_.metadata[index];
  return {TextOf(entry.key), TextOf(entry.value)};
}

std::optional<std::string_view> ServerCall::FindMetadata(
    std::string_view key) const {
  for (size_t i = 0; i < metadata_.count; ++i) {
    const grpc_metadata& entry = metadata_.metadata[i];
    if (TextOf(entry.key) == key) return TextOf(entry.value);
  }
  return std::nullopt;
}

// What the hooks need of the caller, while core's part of the call is at hand.
void ServerCall::LookAtCaller() {
  record.brings_ids = false;
  record.plain = false;
  if (record.log != nullptr) record.peer = shard_.peers().Find(call_);
  if (!record.observed) return;
  for (size_t i = 0; i < metadata_.count; ++i) {
    const grpc_slice& key = metadata_.metadata[i].key;
    const size_t size = GRPC_SLICE_LENGTH(key);
    if (size != observe::kRequestIdKey.size() &&
        size != observe::kTraceparentKey.size()) {
      continue;
    }
    const std::string_view text(
        reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(key)), size);
    if (text == observe::kRequestIdKey || text == observe::kTraceparentKey) {
      record.brings_ids = true;
      return;
    }
  }
  record.plain = record.peer != nullptr && record.cells != nullptr &&
                 !record.echo_request_id;
}

absl::Status ServerCall::AddInitialMetadata(
    std::string_view key, std::string_view value) {
  if (initial_sent_) {
    return absl::FailedPreconditionError(
        "initial metadata goes out with the first message: add it before");
  }
  return AddMetadata(key, value, initial_);
}

absl::Status ServerCall::AddTrailingMetadata(
    std::string_view key, std::string_view value) {
  return AddMetadata(key, value, trailing_);
}

// Streams.

void ServerCall::SubmitRead() {
  Batch(call_).ReceiveMessage(received_).Submit(read_event_);
}

bool ServerCall::SubmitWrite(const MessageLite& message, WriteMode mode) {
  sending_ = Serialize(message);
  if (sending_ == nullptr) return false;
  Batch batch(call_);
  uint32_t flags = 0;
  if (initial_sent_) {
    if (mode == WriteMode::kMore) flags = GRPC_WRITE_BUFFER_HINT;
  } else {
    // Never hinted: a hinted first message keeps the headers back, and the
    // stream with them.
    batch.SendInitialMetadata(initial_, echoed_id_);
    initial_sent_ = true;
  }
  batch.SendMessage(sending_, flags).Submit(write_event_);
  return true;
}

bool ServerCall::TakeMessage(MessageLite& message) {
  if (received_ == nullptr) return false;
  grpc_byte_buffer* bytes = std::exchange(received_, nullptr);
  if (Length(bytes) > kKeptMessageBytes) large_ = true;
  const bool parsed = Parse(bytes, message);
  grpc_byte_buffer_destroy(bytes);
  if (!parsed) bad_message_ = true;
  return parsed;
}

bool ServerCall::Read(MessageLite& message) {
  if (bad_message_) return false;
  read_signal_.Reset();
  SubmitRead();
  read_signal_.Wait();
  return read_ok_ && TakeMessage(message);
}

bool ServerCall::Write(const MessageLite& message, WriteMode mode) {
  write_signal_.Reset();
  if (!SubmitWrite(message, mode)) return false;
  write_signal_.Wait();
  grpc_byte_buffer_destroy(std::exchange(sending_, nullptr));
  return write_ok_;
}

bool ServerCall::StartRead(StreamWaiter& waiter) {
  waiter.ok = false;
  if (waiter.environment.scope->cancelled() || bad_message_) return true;
  if (kept_) {
    kept_ = false;
    waiter.ok = read_ok_ && TakeMessage(*waiter.message);
    return true;
  }
  waiter.environment.scope->Add(waiter);
  reader_ = &waiter;
  if (!reading_) {
    reading_ = true;
    ++owed_;
    SubmitRead();
  }
  return false;
}

void ServerCall::GiveUpRead(StreamWaiter& waiter) {
  reader_ = nullptr;
  waiter.environment.Resume(waiter.coroutine);
}

bool ServerCall::StartWrite(StreamWaiter& waiter, WriteMode mode) {
  waiter.ok = false;
  if (waiter.environment.scope->cancelled() ||
      !SubmitWrite(*waiter.message, mode)) {
    return true;
  }
  ++owed_;
  writer_ = &waiter;
  return false;
}

void ServerCall::OnRead(bool ok) {
  if (ok && received_ != nullptr && record.cells != nullptr) {
    record.cells->received.Add();
    record.cells->received_bytes.Add(Length(received_));
  }
  read_ok_ = ok;
  if (slot_.style == Style::kBlocking) return read_signal_.Set();
  reading_ = false;
  if (reader_ != nullptr) {
    StreamWaiter& waiter = *std::exchange(reader_, nullptr);
    waiter.Unlink();
    waiter.ok = ok && TakeMessage(*waiter.message);
    waiter.environment.Resume(waiter.coroutine);
  } else {
    kept_ = true;
  }
  Settle();
}

void ServerCall::CountSent() {
  codegen::MethodCells& cells = *record.cells;
  cells.sent.Add();
  cells.sent_bytes.Add(Length(sending_));
  const MethodKind kind = record.method->kind;
  if (first_sent_ ||
      (kind != MethodKind::kServerStream && kind != MethodKind::kBidiStream)) {
    return;
  }
  first_sent_ = true;
  cells.first_response.Add(static_cast<uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now() - record.start)
          .count()));
}

void ServerCall::OnWrite(bool ok) {
  if (ok && record.cells != nullptr) CountSent();
  write_ok_ = ok;
  if (slot_.style == Style::kBlocking) return write_signal_.Set();
  grpc_byte_buffer_destroy(std::exchange(sending_, nullptr));
  StreamWaiter& waiter = *std::exchange(writer_, nullptr);
  waiter.ok = ok;
  waiter.environment.Resume(waiter.coroutine);
  Settle();
}

// Memory.

void* ServerCall::TakeFrame(size_t size) {
  const size_t end = frame_used_ + RoundUp(size);
  if (end > frame_capacity_) {
    if (end <= kLargestFrame && end > slot_.frame_size) slot_.frame_size = end;
    return nullptr;
  }
  ++frames_;
  return frame_ + std::exchange(frame_used_, end);
}

void ServerCall::ReturnFrame(void* memory, size_t size) {
  if (--frames_ == 0) {
    frame_used_ = 0;
  } else if (memory == frame_ + frame_used_ - RoundUp(size)) {
    frame_used_ -= RoundUp(size);  // others go with what lies before them
  }
}

void MethodSlot::Keep(ServerCall& call) {
  if (kept.size() < kKeptCalls && call.frame_capacity() >= frame_size) {
    kept.push_back(&call);
  } else {
    ServerCall::Destroy(&call);
  }
}

// Beside the handler's thread: reads what was settled before it began, as the
// request id of a call that is logged.
std::string ServerCall::Describe() {
  // Core forgets whose a call is when it is cancelled.
  const codegen::KnownPeer* known = shard_.peers().Find(call_);
  const std::string peer =
      known == nullptr ? "" : std::string(known->text.data(), known->size);
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - record.start);
  return absl::StrCat(
      std::string(record.method->path),
      peer.empty() ? "" : absl::StrCat(" from ", peer),
      record.start == std::chrono::steady_clock::time_point()
          ? ""
          : absl::StrCat(", ", age.count(), " ms old"),
      record.log == nullptr
          ? ""
          : absl::StrCat(", request ", observe::TextOf(record.request_id)),
      timed_out_ ? ", past its timeout" : "");
}

}  // namespace hawkmount::engine
