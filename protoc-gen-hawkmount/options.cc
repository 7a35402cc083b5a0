#include "protoc-gen-hawkmount/options.h"

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

}  // namespace

absl::StatusOr<Options> ParseOptions(absl::string_view parameter) {
  Options options;
  for (absl::string_view option :
       absl::StrSplit(parameter, ',', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(option, absl::MaxSplits('=', 1));
    const auto& [key, value] = pair;
    if (key != "policy") {
      return Refuse("Unknown", option, " (protoc-gen-hawkmount --help)");
    }
    if (value.empty()) {
      return Refuse("Invalid", option, ": say policy=FILE");
    }
    if (!options.policy_file.empty()) {
      return Refuse("Invalid", option, ": there is a policy already");
    }
    options.policy_file = std::string(value);
  }
  return options;
}

}  // namespace hawkmount::protoc
