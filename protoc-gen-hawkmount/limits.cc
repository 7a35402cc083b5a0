#include "protoc-gen-hawkmount/limits.h"

#include "absl/strings/str_cat.h"
#include "hawkmount/options.pb.h"
#include "protoc-gen-hawkmount/model.h"
#include "protoc-gen-hawkmount/visible.h"

namespace hawkmount::protoc {
namespace {

constexpr char kNone[] = "none";

// Event threads wake no more often, and nobody waits for longer.
const absl::Duration kShortest = absl::Milliseconds(1);
const absl::Duration kLongest = absl::Hours(365 * 24);

std::optional<absl::Duration> TimeoutOf(const std::string& text) {
  if (text == kNone) return absl::ZeroDuration();
  absl::Duration timeout;
  if (!absl::ParseDuration(text, &timeout) || timeout < kShortest ||
      timeout > kLongest) {
    return std::nullopt;
  }
  return absl::Trunc(timeout, absl::Nanoseconds(1));
}

template <class Options>
Limits Read(
    const Options& options,
    const FieldPlace& place,
    std::vector<std::string>& errors) {
  Limits limits;
  if (options.has_timeout()) {
    limits.timeout = TimeoutOf(options.timeout());
    if (!limits.timeout.has_value()) {
      errors.push_back(absl::StrCat(
          place({Options::kTimeoutFieldNumber}),
          ": timeout: \"",
          Visible(options.timeout()),
          "\" is no time for a call: say 1ms to 8760h, as in \"250ms\", "
          "\"1.5s\" or \"2m\", or \"",
          kNone,
          "\""));
    }
  }
  if (options.has_max_in_flight()) {
    limits.max_in_flight = options.max_in_flight();
    if (options.max_in_flight() == 0) {
      errors.push_back(absl::StrCat(
          place({Options::kMaxInFlightFieldNumber}),
          ": max_in_flight: 0 would refuse every call: say 1 or more"));
    }
  }
  return limits;
}

struct Unit {
  const char* name;
  absl::Duration duration;
};

const Unit kUnits[] = {
    {"hours", absl::Hours(1)},
    {"minutes", absl::Minutes(1)},
    {"seconds", absl::Seconds(1)},
    {"milliseconds", absl::Milliseconds(1)},
    {"microseconds", absl::Microseconds(1)},
    {"nanoseconds", absl::Nanoseconds(1)}};

}  // namespace

Limits ReadLimits(
    const hawkmount::ServiceOptions& options,
    const FieldPlace& place,
    std::vector<std::string>& errors) {
  return Read(options, place, errors);
}

Limits ReadLimits(
    const hawkmount::MethodOptions& options,
    const FieldPlace& place,
    std::vector<std::string>& errors) {
  return Read(options, place, errors);
}

void Override(const Limits& said, Limits& limits) {
  if (said.timeout.has_value()) limits.timeout = said.timeout;
  if (said.max_in_flight.has_value()) limits.max_in_flight = said.max_in_flight;
}

void SpellLimits(const Limits& limits, MethodModel& method) {
  const absl::Duration timeout = limits.timeout.value_or(absl::ZeroDuration());
  if (timeout != absl::ZeroDuration()) {
    for (const Unit& unit : kUnits) {
      absl::Duration rest;
      const int64_t count = absl::IDivDuration(timeout, unit.duration, &rest);
      if (rest != absl::ZeroDuration()) continue;
      method.timeout =
          absl::StrCat("std::chrono::", unit.name, "(", count, ")");
      break;
    }
  }
  if (limits.max_in_flight.has_value()) {
    method.max_in_flight = absl::StrCat(*limits.max_in_flight);
  }
}

}  // namespace hawkmount::protoc
