#include "hawkmount/interceptors/adaptive_concurrency.h"

#include "absl/strings/str_cat.h"
#include "hawkmount/error_details.h"
#include "interceptors/gradient_limit.h"

namespace hawkmount {

AdaptivePermit::~AdaptivePermit() {
  if (telling_) {
    const auto now = limit_->Now();
    limit_->Leave(now - start_, now);
  } else {
    limit_->Leave();
  }
}

AdaptiveConcurrency::AdaptiveConcurrency(AdaptiveConcurrencyOptions options)
    : limit_(
          std::make_shared<interceptors::GradientLimit>(std::move(options))) {}

Decision AdaptiveConcurrency::Before(Context& context) {
  if (!limit_->Enter()) {
    return {
        WithDetail(
            absl::ResourceExhaustedError(absl::StrCat(
                "the server has as many calls under way as it can take: ",
                limit_->limit())),
            RetryInfo{.delay = std::chrono::seconds(1)}),
        Rejection::kOverloaded};
  }
  context.Set<AdaptivePermit>(limit_, limit_->Now());
  return {};
}

void AdaptiveConcurrency::After(Context& context, absl::Status& status) {
  context.Get<AdaptivePermit>()->telling_ =
      status.ok() || absl::IsDeadlineExceeded(status);
}

size_t AdaptiveConcurrency::limit() const { return limit_->limit(); }
size_t AdaptiveConcurrency::in_flight() const { return limit_->in_flight(); }

}  // namespace hawkmount
