#include "observe/request_id.h"

#include <cstdint>
#include <optional>
#include <random>

#include "absl/strings/ascii.h"
#include "hawkmount/codegen/hooks.h"
#include "hawkmount/context.h"
#include "observe/digits.h"
#include "observe/log_record.h"
#include "observe/trace_context.h"

namespace hawkmount::observe {
namespace {

constinit thread_local codegen::IdGenerator thread_generator;

codegen::IdGenerator& ThreadGenerator() {
  if (thread_generator.key == 0) [[unlikely]]
    thread_generator = SeededIdGenerator();
  return thread_generator;
}

void MakeRequestId(codegen::RequestId& id) {
  ThreadGenerator().Next(id.high, id.low);
}

}  // namespace

codegen::IdGenerator SeededIdGenerator() {
  std::random_device device;
  codegen::IdGenerator generator;
  generator.counter = (uint64_t{device()} << 32) | device();
  generator.key = (uint64_t{device()} << 32) | device() | 1;
  return generator;
}

bool IsValidRequestId(std::string_view text) {
  if (text.empty() || text.size() > kLongestRequestId) return false;
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
        std::string_view("._~:+/=-").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

std::string NewRequestId() {
  std::string id(32, ' ');
  codegen::RequestId numbers;
  MakeRequestId(numbers);
  WriteHex(numbers.high, id.data());
  WriteHex(numbers.low, id.data() + 16);
  return id;
}

uint64_t NewSpanId() { return ThreadGenerator().NextNumber(); }

void DecideRequestId(codegen::Call& call) {
  codegen::CallRecord& record = call.record;
  if (record.request_id.decided()) return;
  if (record.trust_request_id) {
    const std::optional<std::string_view> sent =
        Metadata(call).Find(kRequestIdKey);
    if (sent.has_value() && IsValidRequestId(*sent)) {
      record.request_id.given = *sent;
      return;
    }
  }
  MakeRequestId(record.request_id);
}

std::string TextOf(const codegen::RequestId& id) {
  if (!id.given.empty()) return std::string(id.given);
  std::string text(32, ' ');
  WriteHex(id.high, text.data());
  WriteHex(id.low, text.data() + 16);
  return text;
}

std::string_view RequestIdOf(codegen::Call& call) {
  DecideRequestId(call);
  codegen::RequestId& id = call.record.request_id;
  if (!id.given.empty()) return id.given;
  if (!id.written) {
    WriteHex(id.high, id.digits);
    WriteHex(id.low, id.digits + 16);
    id.written = true;
  }
  return {id.digits, sizeof(id.digits)};
}

}  // namespace hawkmount::observe

namespace hawkmount {

std::optional<std::string_view> Metadata::Find(std::string_view key) const {
  return call_.FindMetadata(key);
}

std::string_view Context::request_id() const {
  return observe::RequestIdOf(call_);
}

namespace codegen {

std::optional<std::string_view> Call::FindMetadata(std::string_view key) const {
  for (size_t i = 0; i < MetadataSize(); ++i) {
    const MetadataEntry entry = MetadataAt(i);
    if (entry.key == key) return entry.value;
  }
  return std::nullopt;
}

namespace {

// For callers that sent something of it, and ids of our own to be echoed.
[[gnu::noinline]] void TakeAndEcho(Call& call) {
  observe::DecideRequestId(call);
  observe::DecideTrace(call);
  const CallRecord& record = call.record;
  if (record.request_id.given.empty() && !record.echo_request_id) return;
  call.EchoRequestId(observe::RequestIdOf(call));
}

}  // namespace

void RequestIdHook::Take(Call& call) {
  CallRecord& record = call.record;
  if (record.brings_ids || record.echo_request_id) [[unlikely]]
    return TakeAndEcho(call);
  observe::MakeRequestId(record.request_id);
}

}  // namespace codegen
}  // namespace hawkmount
