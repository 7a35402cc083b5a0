#include "observe/request_id.h"

#include <bit>
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

// xoroshiro128**, by Blackman and Vigna.
struct Generator {
  uint64_t first = 0;
  uint64_t second = 0;

  uint64_t Next() {
    const uint64_t result = std::rotl(first * 5, 7) * 9;
    second ^= first;
    first = std::rotl(first, 24) ^ second ^ (second << 16);
    second = std::rotl(second, 37);
    return result;
  }
};

// Zero, which no generator comes back to, until its first use.
constinit thread_local Generator thread_generator;

[[gnu::noinline]] void Seed(Generator& generator) {
  std::random_device device;
  generator.first = (uint64_t{device()} << 32) | device() | 1;
  generator.second = (uint64_t{device()} << 32) | device();
}

Generator& ThreadGenerator() {
  Generator& generator = thread_generator;
  if ((generator.first | generator.second) == 0) [[unlikely]]
    Seed(generator);
  return generator;
}

inline void MakeRequestId(codegen::RequestId& id) {
  Generator& generator = ThreadGenerator();
  id.high = generator.Next();
  id.low = generator.Next() | 1;
}

}  // namespace

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
  WriteHex(ThreadGenerator().Next(), id.data());
  WriteHex(ThreadGenerator().Next() | 1, id.data() + 16);
  return id;
}

uint64_t NewSpanId() { return ThreadGenerator().Next() | 1; }

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
  for (size_t i = 0; i < size(); ++i) {
    const MetadataEntry entry = (*this)[i];
    if (entry.key == key) return entry.value;
  }
  return std::nullopt;
}

std::string_view Context::request_id() const {
  return observe::RequestIdOf(call_);
}

namespace codegen {

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
  if (call.BringsIds() || record.echo_request_id || record.request_id.decided())
      [[unlikely]] {
    return TakeAndEcho(call);
  }
  observe::MakeRequestId(record.request_id);
}

}  // namespace codegen
}  // namespace hawkmount
