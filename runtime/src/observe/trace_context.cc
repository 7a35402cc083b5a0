#include "observe/trace_context.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "hawkmount/context.h"
#include "observe/request_id.h"

namespace hawkmount::observe {
namespace {

constexpr size_t kLongestTracestate = 512;
constexpr size_t kMostMembers = 32;

// Lower-case hex digits only.
std::optional<uint64_t> ParseHex(std::string_view text) {
  uint64_t value = 0;
  for (const char c : text) {
    uint64_t digit;
    if (c >= '0' && c <= '9') {
      digit = static_cast<uint64_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<uint64_t>(c - 'a' + 10);
    } else {
      return std::nullopt;
    }
    value = value << 4 | digit;
  }
  return value;
}

std::string Hex(uint64_t value, int digits) {
  std::string text(static_cast<size_t>(digits), '0');
  for (int i = digits - 1; i >= 0; --i, value >>= 4) {
    text[static_cast<size_t>(i)] = "0123456789abcdef"[value & 15];
  }
  return text;
}

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsKeyCharacter(char c) {
  return IsLower(c) || IsDigit(c) || c == '_' || c == '-' || c == '*' ||
         c == '/';
}

// "vendor", or "tenant@vendor".
bool IsKey(std::string_view key) {
  const size_t at = key.find('@');
  const auto is_part = [](std::string_view part, size_t longest) {
    return !part.empty() && part.size() <= longest &&
           std::all_of(part.begin(), part.end(), IsKeyCharacter);
  };
  if (at == std::string_view::npos) {
    return is_part(key, 256) && IsLower(key.front());
  }
  const std::string_view tenant = key.substr(0, at);
  const std::string_view vendor = key.substr(at + 1);
  return is_part(tenant, 241) &&
         (IsLower(tenant.front()) || IsDigit(tenant.front())) &&
         is_part(vendor, 14) && IsLower(vendor.front());
}

bool IsValue(std::string_view value) {
  return !value.empty() && value.size() <= 256 && value.back() != ' ' &&
         std::all_of(value.begin(), value.end(), [](char c) {
           return c >= 0x20 && c <= 0x7e && c != ',' && c != '=';
         });
}

std::string_view Trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

bool ParseTraceparent(std::string_view text, TraceContext& to) {
  // 00-0123456789abcdef0123456789abcdef-0123456789abcdef-01
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' ||
      text[52] != '-') {
    return false;
  }
  const auto version = ParseHex(text.substr(0, 2));
  const auto high = ParseHex(text.substr(3, 16));
  const auto low = ParseHex(text.substr(19, 16));
  const auto span = ParseHex(text.substr(36, 16));
  const auto flags = ParseHex(text.substr(53, 2));
  if (!version || !high || !low || !span || !flags) return false;
  if (*version == 0xff || (*high | *low) == 0 || *span == 0) return false;
  if (text.size() > 55 && (*version == 0 || text[55] != '-')) return false;
  to.trace_high = *high;
  to.trace_low = *low;
  to.parent_span = *span;
  // Of a later version only the flag that this one knows is understood.
  to.flags = static_cast<uint8_t>(*version == 0 ? *flags : *flags & 1);
  return true;
}

bool IsValidTracestate(std::string_view text) {
  if (text.size() > kLongestTracestate) return false;
  std::vector<std::string_view> keys;
  for (;;) {
    const size_t comma = text.find(',');
    const std::string_view member = Trim(text.substr(0, comma));
    if (!member.empty()) {
      const size_t equals = member.find('=');
      if (equals == std::string_view::npos) return false;
      const std::string_view key = member.substr(0, equals);
      if (!IsKey(key) || !IsValue(member.substr(equals + 1)) ||
          std::find(keys.begin(), keys.end(), key) != keys.end()) {
        return false;
      }
      keys.push_back(key);
    }
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return !keys.empty() && keys.size() <= kMostMembers;
}

void DecideTrace(codegen::Call& call) {
  const Metadata metadata(call);
  std::optional<std::string_view> parent;
  std::string state;
  for (size_t i = 0; i < metadata.size(); ++i) {
    const MetadataEntry entry = metadata[i];
    if (entry.key == kTraceparentKey) {
      if (parent.has_value()) return;
      parent = entry.value;
    } else if (entry.key == kTracestateKey) {
      if (!state.empty()) state += ',';
      state += entry.value;
    }
  }
  codegen::CallRecord& record = call.record;
  if (!parent.has_value() || !ParseTraceparent(*parent, record.trace)) return;
  record.traced = true;
  record.trace.span = NewSpanId();
  record.trace.state = IsValidTracestate(state) ? std::move(state) : "";
}

}  // namespace hawkmount::observe

namespace hawkmount {

std::string TraceContext::trace_id() const {
  return observe::Hex(trace_high, 16) + observe::Hex(trace_low, 16);
}
std::string TraceContext::span_id() const { return observe::Hex(span, 16); }
std::string TraceContext::parent_span_id() const {
  return observe::Hex(parent_span, 16);
}
std::string TraceContext::traceparent() const {
  return "00-" + trace_id() + "-" + span_id() + "-" +
         observe::Hex(flags & 1, 2);
}

}  // namespace hawkmount
