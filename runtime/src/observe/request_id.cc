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

// A counter, from a start and with a key that the system gave: no number comes
// twice in 2^63 of them, and those of other threads differ by the key, too.
struct Generator {
  uint64_t counter = 0;
  uint64_t key = 0;  // 0: not seeded yet

  uint64_t Count() { return counter += 0x9e3779b97f4a7c15u; }

  // Each count has its own one, of an odd number's product with it.
  static uint64_t Scatter(uint64_t count) {
    return (count ^ (count >> 32)) * 0xd6e8feb86659fd93u;
  }
  // Both halves of a product.
  uint64_t Fold(uint64_t count) const {
    const auto product = static_cast<unsigned __int128>(count) * (count ^ key);
    return static_cast<uint64_t>(product >> 64) ^
           static_cast<uint64_t>(product);
  }
};

constinit thread_local Generator thread_generator;

[[gnu::noinline]] void Seed(Generator& generator) {
  std::random_device device;
  generator.counter = (uint64_t{device()} << 32) | device();
  generator.key = (uint64_t{device()} << 32) | device() | 1;
}

Generator& ThreadGenerator() {
  Generator& generator = thread_generator;
  if (generator.key == 0) [[unlikely]]
    Seed(generator);
  return generator;
}

inline void MakeRequestId(codegen::RequestId& id) {
  Generator& generator = ThreadGenerator();
  const uint64_t count = generator.Count();
  id.high = generator.Fold(count);
  id.low = Generator::Scatter(count) | 1;
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
  codegen::RequestId numbers;
  MakeRequestId(numbers);
  WriteHex(numbers.high, id.data());
  WriteHex(numbers.low, id.data() + 16);
  return id;
}

uint64_t NewSpanId() {
  Generator& generator = ThreadGenerator();
  return generator.Fold(generator.Count()) | 1;
}

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
  if (record.brings_ids || record.echo_request_id) [[unlikely]]
    return TakeAndEcho(call);
  observe::MakeRequestId(record.request_id);
}

}  // namespace codegen
}  // namespace hawkmount
