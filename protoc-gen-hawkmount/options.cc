#include "protoc-gen-hawkmount/options.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "protoc-gen-hawkmount/visible.h"

namespace hawkmount::protoc {
namespace {

absl::Status Refuse(
    absl::string_view complaint,
    absl::string_view option,
    absl::string_view advice) {
  // Quoted as far as it helps: it can be anything, of any length.
  return absl::InvalidArgumentError(absl::StrCat(
      complaint, " parameter: ", Visible(option.substr(0, 200)), advice));
}

// "log", "log=true" and "log=false".
std::optional<bool> ParseBool(absl::string_view option, absl::string_view key) {
  const absl::string_view value = option.substr(key.size());
  if (value.empty() || value == "=true") return true;
  if (value == "=false") return false;
  return std::nullopt;
}

absl::Status SetPolicy(
    absl::string_view option, absl::string_view value, Options& options) {
  if (value.empty()) return Refuse("Invalid", option, ": say policy=FILE");
  if (!options.policy_file.empty()) {
    return Refuse("Invalid", option, ": there is a policy already");
  }
  options.policy_file = std::string(value);
  return absl::OkStatus();
}

absl::Status SetTesting(absl::string_view option, Options& options) {
  const std::optional<bool> on = ParseBool(option, "testing");
  if (!on.has_value()) {
    return Refuse("Invalid", option, ": say true or false");
  }
  options.testing = *on;
  return absl::OkStatus();
}

absl::Status SetOption(absl::string_view option, Options& options) {
  const std::pair<absl::string_view, absl::string_view> pair =
      absl::StrSplit(option, absl::MaxSplits('=', 1));
  const auto& [key, value] = pair;
  if (key == "policy") return SetPolicy(option, value, options);
  if (key == "testing") return SetTesting(option, options);
  const auto hook = std::find_if(
      kHooks.begin(), kHooks.end(), [&key = key](const Hook& candidate) {
        return candidate.name == key;
      });
  if (hook == kHooks.end()) {
    return Refuse("Unknown", option, " (protoc-gen-hawkmount --help)");
  }
  const std::optional<bool> on = ParseBool(option, key);
  if (!on.has_value()) {
    return Refuse("Invalid", option, ": say true or false");
  }
  options.observe[hook - kHooks.begin()] = *on;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Options> ParseOptions(absl::string_view parameter) {
  Options options;
  for (absl::string_view option :
       absl::StrSplit(parameter, ',', absl::SkipEmpty())) {
    const absl::Status set = SetOption(option, options);
    if (!set.ok()) return set;
  }
  return options;
}

}  // namespace hawkmount::protoc
