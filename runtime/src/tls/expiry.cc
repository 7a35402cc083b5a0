#include "tls/expiry.h"

#include "absl/strings/str_cat.h"
#include "tls/certificate_check.h"

namespace hawkmount::tls {

using std::chrono::hours;

std::optional<std::string> ExpiryWarning::Due(Time now, Time not_after) {
  if (not_after - now >= before_) return std::nullopt;
  // A clock that was set back does not silence it.
  if (warned_at_.has_value() && warned_of_ == not_after && *warned_at_ <= now &&
      now - *warned_at_ < hours(24)) {
    return std::nullopt;
  }
  warned_at_ = now;
  warned_of_ = not_after;
  if (not_after < now) {
    return absl::StrCat(
        "expired on ", UtcTime(not_after), ", callers refuse it: renew it");
  }
  const auto left = std::chrono::duration_cast<hours>(not_after - now);
  const bool days = left >= hours(48);
  return absl::StrCat(
      "expires in ",
      days ? left / hours(24) : left.count(),
      days ? " days" : " hours",
      ", on ",
      UtcTime(not_after),
      ": renew it");
}

}  // namespace hawkmount::tls
