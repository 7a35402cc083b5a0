#include "protoc-gen-hawkmount/emit_policy.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "protoc-gen-hawkmount/text.h"

namespace hawkmount::protoc {
namespace {

constexpr char kPolicy[] = R"(
struct $PolicyOfMethod$ {
  $scopes$
  $rate$
  $redacted$
  static constexpr hawkmount::MethodPolicy kPolicy{$members$};
};
)";

constexpr char kStrings[] = R"(
static constexpr std::string_view $name$[] = {
    $strings$
};
)";

constexpr char kRate[] = R"(
static constexpr hawkmount::Rate kRate{$members$};
)";

std::string EmitStrings(
    const char* name, const std::vector<std::string>& strings) {
  if (strings.empty()) return "";
  // Two question marks in a row begin what C++ once read as something else, and
  // compilers warn of.
  const std::string lines =
      absl::StrReplaceAll(absl::StrJoin(strings, "\",\n\""), {{"??", "?\\?"}});
  return Fill(
      kStrings,
      {{"name", name}, {"strings", absl::StrCat("\"", lines, "\",")}});
}

std::string EmitRate(const std::string& members) {
  return members.empty() ? "" : Fill(kRate, {{"members", members}});
}

std::string MembersOf(const PolicyModel& policy) {
  std::vector<std::string> members;
  if (!policy.scopes.empty()) members.push_back(".scopes = kScopes");
  if (policy.is_public) members.push_back(".is_public = true");
  if (!policy.rate.empty()) members.push_back(".rate = kRate");
  if (!policy.redacted.empty()) members.push_back(".redacted = kRedacted");
  return absl::StrJoin(members, ", ");
}

}  // namespace

std::string EmitPolicy(const MethodModel& method) {
  const PolicyModel& policy = method.policy;
  if (policy.empty()) return "";
  return Fill(
      kPolicy,
      {{"PolicyOfMethod", method.policy_class},
       {"members", MembersOf(policy)},
       {"rate", EmitRate(policy.rate)},
       {"redacted", EmitStrings("kRedacted", policy.redacted)},
       {"scopes", EmitStrings("kScopes", policy.scopes)}});
}

std::string EmitFacts(const MethodModel& method) {
  const bool has_policy = !method.policy.empty();
  if (method.idempotency.empty() && !has_policy) return "";
  std::string facts = absl::StrCat(
      ", hawkmount::Idempotency::",
      method.idempotency.empty() ? "kUnknown" : method.idempotency);
  if (has_policy) {
    absl::StrAppend(&facts, ", &", method.policy_class, "::kPolicy");
  }
  return facts;
}

}  // namespace hawkmount::protoc
