#ifndef HAWKMOUNT_PROTOC_LIMITS_H_
#define HAWKMOUNT_PROTOC_LIMITS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "protoc-gen-hawkmount/place.h"

namespace hawkmount {
class MethodOptions;
class ServiceOptions;
}  // namespace hawkmount

namespace hawkmount::protoc {

struct MethodModel;

// What somebody says about the limits of a method, or all of them together.
struct Limits {
  std::optional<absl::Duration> timeout{};  // zero: none, in so many words
  std::optional<uint32_t> max_in_flight{};
};

// What is nonsense is added to `errors`, as "file:line:column: message".
Limits ReadLimits(
    const hawkmount::ServiceOptions& options,
    const FieldPlace& place,
    std::vector<std::string>& errors);
Limits ReadLimits(
    const hawkmount::MethodOptions& options,
    const FieldPlace& place,
    std::vector<std::string>& errors);

// Replaces what `said` speaks of, and leaves the rest.
void Override(const Limits& said, Limits& limits);

// Spells them as the emitters print them.
void SpellLimits(const Limits& limits, MethodModel& method);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_LIMITS_H_
