#include "observe/request_id.h"

#include <array>
#include <bit>
#include <cstdint>
#include <random>

#include "absl/strings/ascii.h"
#include "hawkmount/codegen/hooks.h"
#include "hawkmount/context.h"

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

void AppendHex(uint64_t value, std::string& to) {
  for (int shift = 60; shift >= 0; shift -= 4) {
    to.push_back("0123456789abcdef"[(value >> shift) & 15]);
  }
}

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

std::string NewRequestId() {
  thread_local Generator generator;
  std::string id;
  id.reserve(32);
  AppendHex(generator.Next(), id);
  AppendHex(generator.Next() | 1, id);
  return id;
}

const std::string& RequestIdOf(codegen::Call& call) {
  std::string& text = call.record.request_id.text;
  if (!text.empty()) return text;
  const std::optional<std::string_view> sent =
      Metadata(call).Find(kRequestIdKey);
  text = sent.has_value() && IsValidRequestId(*sent) ? std::string(*sent)
                                                     : NewRequestId();
  return text;
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
  if (!call.record.observed) return;
  const std::optional<std::string_view> sent =
      Metadata(call).Find(observe::kRequestIdKey);
  if (!sent.has_value() || !observe::IsValidRequestId(*sent)) return;
  call.record.request_id.text = *sent;
  // Valid ids are legal values: this cannot fail.
  call.AddInitialMetadata(observe::kRequestIdKey, *sent).IgnoreError();
}

}  // namespace codegen
}  // namespace hawkmount
