#include "observe/request_id.h"

#include <array>
#include <bit>
#include <cstdint>
#include <random>

#include "absl/strings/ascii.h"
#include "hawkmount/codegen/hooks.h"
#include "hawkmount/context.h"
#include "observe/trace_context.h"

namespace hawkmount::observe {
namespace {

// xoroshiro128**, by Blackman and Vigna.
class Generator {
 public:
  Generator() {
    std::random_device device;
    for (uint64_t& word : state_) {
      word = (uint64_t{device()} << 32) | device();
    }
    state_[0] |= 1;  // the one state it must not have is zero
  }

  uint64_t Next() {
    const uint64_t first = state_[0];
    uint64_t second = state_[1];
    const uint64_t result = std::rotl(first * 5, 7) * 9;
    second ^= first;
    state_[0] = std::rotl(first, 24) ^ second ^ (second << 16);
    state_[1] = std::rotl(second, 37);
    return result;
  }

 private:
  std::array<uint64_t, 2> state_;
};

}  // namespace

bool IsValidRequestId(std::string_view text) {
  if (text.empty() || text.size() > 128) return false;
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
        std::string_view("._~:+/=-").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

namespace {

void WriteHex(uint64_t value, char* to) {
  for (int shift = 60; shift >= 0; shift -= 4) {
    *to++ = "0123456789abcdef"[(value >> shift) & 15];
  }
}

Generator& ThreadGenerator() {
  thread_local Generator generator;
  return generator;
}

}  // namespace

std::string NewRequestId() {
  std::string id(32, ' ');
  WriteHex(ThreadGenerator().Next(), id.data());
  WriteHex(ThreadGenerator().Next() | 1, id.data() + 16);
  return id;
}

uint64_t NewSpanId() { return ThreadGenerator().Next() | 1; }

void DecideRequestId(codegen::Call& call) {
  codegen::RequestId& id = call.record.request_id;
  if (!id.given.empty() || id.low != 0) return;
  if (call.record.trust_request_id) {
    const std::optional<std::string_view> sent =
        Metadata(call).Find(kRequestIdKey);
    if (sent.has_value() && IsValidRequestId(*sent)) {
      id.given = *sent;
      return;
    }
  }
  id.high = ThreadGenerator().Next();
  id.low = ThreadGenerator().Next() | 1;
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

void RequestIdHook::Take(Call& call) {
  observe::DecideRequestId(call);
  observe::DecideTrace(call);
  const CallRecord& record = call.record;
  if (record.request_id.given.empty() && !record.echo_request_id) return;
  // Valid ids are legal values: this cannot fail.
  call.AddInitialMetadata(observe::kRequestIdKey, observe::RequestIdOf(call))
      .IgnoreError();
}

}  // namespace codegen
}  // namespace hawkmount
