#ifndef HAWKMOUNT_PROTOC_CALL_POLICY_H_
#define HAWKMOUNT_PROTOC_CALL_POLICY_H_

#include <google/protobuf/descriptor.pb.h>

#include <optional>
#include <string>
#include <vector>

#include "hawkmount/options.pb.h"
#include "protoc-gen-hawkmount/place.h"

namespace hawkmount::protoc {

struct MethodModel;

// What somebody says about the calls of a method, or all of them together.
struct CallPolicy {
  std::optional<Said<hawkmount::AuthPolicy>> auth{};
  std::optional<Said<hawkmount::RatePolicy>> rate{};
  std::optional<Said<bool>> idempotent{};
  std::optional<Said<double>> log_sampling{};
};

// What is nonsense is added to `errors`, as "file:line:column: message".
CallPolicy ReadCallPolicy(
    const hawkmount::ServiceOptions& options,
    const FieldPlace& place,
    std::vector<std::string>& errors);
CallPolicy ReadCallPolicy(
    const hawkmount::MethodOptions& options,
    const FieldPlace& place,
    std::vector<std::string>& errors);

// Replaces what `said` speaks of, and leaves the rest.
void Override(const CallPolicy& said, CallPolicy& policy);

// What of a method's policy does not go together is added to `errors`. `own` is
// what is said of the method itself, which must not contradict the level, nor
// what is said of its log: `unlogged` is whether that is off.
void CheckCallPolicy(
    const CallPolicy& policy,
    const CallPolicy& own,
    google::protobuf::MethodOptions::IdempotencyLevel level,
    bool unlogged,
    std::vector<std::string>& errors);

// Spells it as the emitters print it, in a method whose hooks are known.
void SpellCallPolicy(
    const CallPolicy& policy,
    google::protobuf::MethodOptions::IdempotencyLevel level,
    MethodModel& method);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_CALL_POLICY_H_
