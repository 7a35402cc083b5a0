#ifndef HAWKMOUNT_PROTOC_METHOD_POLICY_H_
#define HAWKMOUNT_PROTOC_METHOD_POLICY_H_

#include <string>
#include <vector>

#include "protoc-gen-hawkmount/call_policy.h"
#include "protoc-gen-hawkmount/hooks.h"
#include "protoc-gen-hawkmount/limits.h"
#include "protoc-gen-hawkmount/model.h"
#include "protoc-gen-hawkmount/policy.h"

namespace google::protobuf {
class MethodDescriptor;
}  // namespace google::protobuf

namespace hawkmount::protoc {

// What is said of all methods of a service.
struct ForAll {
  Switches switches;
  Switches said = kAllOn;  // the same without the plugin's parameters
  Limits limits{};
  CallPolicy calls{};
};

// What counts of a method, of all that is said about it: in its schema, of its
// service, and in the policy from outside. What is nonsense is added to
// `errors`.
std::vector<HookModel> HooksOf(
    const google::protobuf::MethodDescriptor& method,
    const ServicePolicy& policy,
    Switches switches);
Limits LimitsOf(
    const google::protobuf::MethodDescriptor& method,
    const ServicePolicy& policy,
    Limits limits,
    std::vector<std::string>& errors);
CallPolicy CallPolicyOf(
    const google::protobuf::MethodDescriptor& method,
    const ServicePolicy& policy,
    const ForAll& all,
    std::vector<std::string>& errors);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_METHOD_POLICY_H_
