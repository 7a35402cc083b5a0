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

bool IsDecided(const codegen::RequestId& id) {
  return !id.given.empty() || id.low != 0;
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

namespace {

// What the caller sent, if that can be kept, or a new one.
void SettleRequestId(
    codegen::CallRecord& record, std::optional<std::string_view> sent) {
  codegen::RequestId& id = record.request_id;
  if (record.trust_request_id && sent.has_value() && IsValidRequestId(*sent)) {
    id.given = *sent;
    return;
  }
  Generator& generator = ThreadGenerator();
  id.high = generator.Next();
  id.low = generator.Next() | 1;
}

}  // namespace

void DecideRequestId(codegen::Call& call) {
  if (IsDecided(call.record.request_id)) return;
  SettleRequestId(call.record, Metadata(call).Find(kRequestIdKey));
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

// One walk over the metadata, as most callers send none of this.
void RequestIdHook::Take(Call& call) {
  CallRecord& record = call.record;
  std::optional<std::string_view> sent;
  bool traced = false;
  const size_t count = call.MetadataSize();
  for (size_t i = 0; i < count; ++i) {
    const MetadataEntry entry = call.MetadataAt(i);
    if (entry.key == observe::kRequestIdKey) {
      if (!sent.has_value()) sent = entry.value;
    } else if (entry.key == observe::kTraceparentKey) {
      traced = true;
    }
  }
  if (!observe::IsDecided(record.request_id)) {
    observe::SettleRequestId(record, sent);
  }
  if (traced) observe::DecideTrace(call);
  if (record.request_id.given.empty() && !record.echo_request_id) return;
  // Valid ids are legal values: this cannot fail.
  call.AddInitialMetadata(observe::kRequestIdKey, observe::RequestIdOf(call))
      .IgnoreError();
}

}  // namespace codegen
}  // namespace hawkmount
