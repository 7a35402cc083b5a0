#ifndef HAWKMOUNT_PROTOC_EMIT_POLICY_H_
#define HAWKMOUNT_PROTOC_EMIT_POLICY_H_

#include <string>

#include "protoc-gen-hawkmount/model.h"

namespace hawkmount::protoc {

// The struct of constants that interceptors go by, beside the method's own;
// nothing for a method that nothing is said about.
std::string EmitPolicy(const MethodModel& method);

// The rest of the method's constant: ", hawkmount::Idempotency::kIdempotent",
// and where its policy is; or nothing.
std::string EmitFacts(const MethodModel& method);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_EMIT_POLICY_H_
