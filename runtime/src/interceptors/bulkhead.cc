#include "hawkmount/interceptors/bulkhead.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "hawkmount/await.h"
#include "hawkmount/error_details.h"
#include "interceptors/places.h"

namespace hawkmount {

using interceptors::Places;
using std::chrono::steady_clock;

namespace {

// A worker hears of nothing while it waits: it looks that often whether its
// call was given up.
constexpr std::chrono::milliseconds kLook{20};

steady_clock::time_point After(std::chrono::nanoseconds wait) {
  const auto now = steady_clock::now();
  return wait < steady_clock::time_point::max() - now
             ? now + wait
             : steady_clock::time_point::max();
}

}  // namespace

BulkheadPermits::~BulkheadPermits() {
  for (auto place = others_.rbegin(); place != others_.rend(); ++place) {
    (*place)->GiveBack();
  }
  if (first_ != nullptr) first_->GiveBack();
}

Bulkhead::Bulkhead(BulkheadOptions options)
    : options_(std::make_shared<const BulkheadOptions>(std::move(options))),
      places_(std::make_shared<Places>(options_->limit)) {}

Decision Bulkhead::Before(Context& context) {
  bool taken = places_->TryTake();
  if (!taken && options_->max_wait.count() > 0) {
    const auto end = After(options_->max_wait);
    Places::Waiter waiter;
    places_->Queue(waiter);
    while (!places_->granted(waiter) && !context.IsCancelled() &&
           steady_clock::now() < end) {
      places_->WaitUntil(waiter, std::min(end, After(kLook)));
    }
    taken = places_->Leave(waiter);
  }
  if (!taken) return Full(context);
  Keep(context);
  return {};
}

TaskOf<Decision> Bulkhead::BeforeAsync(Context& context) {
  if (places_->TryTake()) {
    Keep(context);
    return Decision();
  }
  if (options_->max_wait.count() <= 0) return Full(context);
  return Wait(context);
}

TaskOf<Decision> Bulkhead::Wait(Context& context) const {
  Places::Waiter waiter;
  auto place = Suspend<bool>(
      [&](const Resumer<bool>& resumer) { places_->Queue(waiter, resumer); });
  co_await WhenAny(std::move(place), Sleep(options_->max_wait));
  if (!places_->Leave(waiter)) co_return Full(context);
  Keep(context);
  co_return Decision();
}

void Bulkhead::Keep(Context& context) const {
  BulkheadPermits* permits = context.Get<BulkheadPermits>();
  if (permits == nullptr) permits = context.Set<BulkheadPermits>();
  if (permits->first_ == nullptr) {
    permits->first_ = places_;
  } else {
    permits->others_.push_back(places_);
  }
}

Decision Bulkhead::Full(const Context& context) const {
  if (context.IsCancelled()) {
    return {
        absl::CancelledError(absl::StrCat(
            "the call was given up while it waited for the bulkhead \"",
            options_->name,
            "\"")),
        Rejection::kOverloaded};
  }
  const auto seconds =
      std::chrono::ceil<std::chrono::seconds>(options_->max_wait);
  return {
      WithDetail(
          absl::ResourceExhaustedError(absl::StrCat(
              "the bulkhead \"",
              options_->name,
              "\" is full: ",
              options_->limit,
              " calls are under way, and none ended within ",
              absl::FormatDuration(absl::FromChrono(options_->max_wait)))),
          RetryInfo{.delay = std::max(seconds, std::chrono::seconds(1))}),
      Rejection::kOverloaded};
}

size_t Bulkhead::in_flight() const { return places_->taken(); }
size_t Bulkhead::waiting() const { return places_->waiting(); }

}  // namespace hawkmount
