#include "protoc-gen-hawkmount/method_policy.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "hawkmount/options.pb.h"
#include "protoc-gen-hawkmount/read_options.h"

namespace hawkmount::protoc {

using google::protobuf::MethodDescriptor;

std::vector<HookModel> HooksOf(
    const MethodDescriptor& method,
    const ServicePolicy& policy,
    Switches switches) {
  Turn(OptionsOf(method).observe(), switches);
  const auto outside = policy.methods.find(method.name());
  if (outside != policy.methods.end()) {
    Turn(outside->second.options.observe(), switches);
  }
  std::vector<HookModel> hooks;
  for (size_t i = 0; i < kHooks.size(); ++i) {
    if (switches[i]) hooks.push_back({kHooks[i].type, kHooks[i].name});
  }
  return hooks;
}

Limits LimitsOf(
    const MethodDescriptor& method,
    const ServicePolicy& policy,
    Limits limits,
    std::vector<std::string>& errors) {
  Override(
      ReadLimits(OptionsOf(method), PlaceOfOptions(method), errors), limits);
  const auto outside = policy.methods.find(method.name());
  if (outside != policy.methods.end()) {
    Override(outside->second.limits, limits);
  }
  return limits;
}

namespace {

// Whether somebody has turned the log of a method off, but not in the place
// that says which share of it is to be logged: that is told there.
bool IsUnlogged(
    const MethodDescriptor& method,
    const ServicePolicy& policy,
    const ForAll& all) {
  const auto contradicts = [](const hawkmount::MethodOptions& options) {
    return options.has_log_sampling() && options.observe().has_log() &&
           !options.observe().log();
  };
  const auto outside = policy.methods.find(method.name());
  if (contradicts(OptionsOf(method)) ||
      (outside != policy.methods.end() &&
       contradicts(outside->second.options))) {
    return false;
  }
  const std::vector<HookModel> said = HooksOf(method, policy, all.said);
  return std::none_of(said.begin(), said.end(), [](const HookModel& hook) {
    return hook.name == "log";
  });
}

}  // namespace

CallPolicy CallPolicyOf(
    const MethodDescriptor& method,
    const ServicePolicy& policy,
    const ForAll& all,
    std::vector<std::string>& errors) {
  CallPolicy own =
      ReadCallPolicy(OptionsOf(method), PlaceOfOptions(method), errors);
  const auto outside = policy.methods.find(method.name());
  if (outside != policy.methods.end()) Override(outside->second.calls, own);
  CallPolicy calls = all.calls;
  Override(own, calls);
  CheckCallPolicy(
      calls,
      own,
      method.options().idempotency_level(),
      IsUnlogged(method, policy, all),
      errors);
  return calls;
}

}  // namespace hawkmount::protoc
