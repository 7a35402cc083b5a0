#include "hawkmount/interceptors/validate.h"

#include "absl/strings/str_cat.h"

namespace hawkmount {

absl::Status Violations::ToStatus() const {
  const auto& all = found_.field_violations;
  if (all.empty()) return absl::OkStatus();
  std::string message = absl::StrCat(
      "the request is not valid: ", all[0].field, ": ", all[0].description);
  if (all.size() > 1)
    absl::StrAppend(&message, ", and ", all.size() - 1, " more");
  return WithDetail(absl::InvalidArgumentError(message), found_);
}

}  // namespace hawkmount
