// The words of a call policy as generated code has them.

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "protoc-gen-hawkmount/call_policy.h"
#include "protoc-gen-hawkmount/model.h"
#include "protoc-gen-hawkmount/number_text.h"

namespace hawkmount::protoc {

using google::protobuf::MethodOptions;

namespace {

std::string SpellRate(const hawkmount::RatePolicy& rate) {
  if (rate.none()) return ".none = true";
  const double seconds_worth = std::max(1.0, std::ceil(rate.per_second()));
  const auto burst =
      rate.has_burst() ? rate.burst() : static_cast<uint32_t>(seconds_worth);
  std::string text = absl::StrCat(
      ".per_second = ", NumberOf(rate.per_second()), ", .burst = ", burst);
  if (rate.by_case() == rate.kMetadata) {
    absl::StrAppend(
        &text,
        ", .key = hawkmount::RateKey::kMetadata, .metadata = \"",
        rate.metadata(),
        "\"");
  } else if (rate.key() == hawkmount::RatePolicy::USER) {
    absl::StrAppend(&text, ", .key = hawkmount::RateKey::kUser");
  }
  return text;
}

}  // namespace

void SpellCallPolicy(
    const CallPolicy& policy,
    MethodOptions::IdempotencyLevel level,
    MethodModel& method) {
  if (policy.auth.has_value()) {
    const hawkmount::AuthPolicy& auth = policy.auth->value;
    method.policy.is_public = auth.public_();
    method.policy.scopes.assign(auth.scopes().begin(), auth.scopes().end());
  }
  if (policy.rate.has_value()) {
    method.policy.rate = SpellRate(policy.rate->value);
  }
  const bool logged = std::any_of(
      method.hooks.begin(), method.hooks.end(), [](const HookModel& hook) {
        return hook.name == "log";
      });
  if (logged && policy.log_sampling.has_value()) {
    method.log_sampling = NumberOf(policy.log_sampling->value);
  }
  if (level == MethodOptions::NO_SIDE_EFFECTS) {
    method.idempotency = "kNoSideEffects";
  } else if (
      level == MethodOptions::IDEMPOTENT ||
      (policy.idempotent.has_value() && policy.idempotent->value)) {
    method.idempotency = "kIdempotent";
  }
}

}  // namespace hawkmount::protoc
