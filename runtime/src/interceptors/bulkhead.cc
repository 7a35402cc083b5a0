#include "hawkmount/interceptors/bulkhead.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "hawkmount/await.h"
#include "hawkmount/error_details.h"
#include "interceptors/shared_bulkhead.h"

namespace hawkmount {

using interceptors::Places;
using interceptors::SharedBulkhead;
using std::chrono::steady_clock;

namespace {

// A worker hears of nothing while it waits: it looks that often whether its
// call was given up.
constexpr std::chrono::milliseconds kLook{20};

constexpr std::chrono::nanoseconds kNoWait{0};

steady_clock::time_point After(std::chrono::nanoseconds wait) {
  const auto now = steady_clock::now();
  return wait < steady_clock::time_point::max() - now
             ? now + wait
             : steady_clock::time_point::max();
}

}  // namespace

BulkheadPermits::~BulkheadPermits() {
  for (auto place = others_.rbegin(); place != others_.rend(); ++place) {
    (*place)->places.GiveBack();
  }
  if (first_ != nullptr) first_->places.GiveBack();
}

Bulkhead::Bulkhead(BulkheadOptions options)
    : options_(std::make_shared<const BulkheadOptions>(std::move(options))),
      shared_(SharedBulkhead::Of(options_->name, options_->limit)) {}

Decision Bulkhead::Before(Context& context) {
  Places& places = shared_->places;
  if (places.TryTake()) {
    Keep(context, kNoWait);
    return {};
  }
  if (options_->max_wait.count() <= 0) return Full(context, false);
  const auto start = steady_clock::now();
  const auto end = After(options_->max_wait);
  Places::Waiter waiter;
  places.Queue(waiter);
  while (!places.granted(waiter) && !context.IsCancelled() &&
         steady_clock::now() < end) {
    places.WaitUntil(waiter, std::min(end, After(kLook)));
  }
  if (!places.Leave(waiter)) return Full(context, true);
  Keep(context, steady_clock::now() - start);
  return {};
}

TaskOf<Decision> Bulkhead::BeforeAsync(Context& context) {
  if (shared_->places.TryTake()) {
    Keep(context, kNoWait);
    return Decision();
  }
  if (options_->max_wait.count() <= 0) return Full(context, false);
  return Wait(context);
}

TaskOf<Decision> Bulkhead::Wait(Context& context) const {
  Places& places = shared_->places;
  const auto start = steady_clock::now();
  Places::Waiter waiter;
  auto place = Suspend<bool>(
      [&](const Resumer<bool>& resumer) { places.Queue(waiter, resumer); });
  co_await WhenAny(std::move(place), Sleep(options_->max_wait));
  if (!places.Leave(waiter)) co_return Full(context, true);
  Keep(context, steady_clock::now() - start);
  co_return Decision();
}

void Bulkhead::Keep(Context& context, std::chrono::nanoseconds wait) const {
  shared_->CountTaken(wait);
  BulkheadPermits* permits = context.Get<BulkheadPermits>();
  if (permits == nullptr) permits = context.Set<BulkheadPermits>();
  if (permits->first_ == nullptr) {
    permits->first_ = shared_;
  } else {
    permits->others_.push_back(shared_);
  }
}

Decision Bulkhead::Full(const Context& context, bool waited) const {
  if (context.IsCancelled()) {
    shared_->given_up.AddShared();
    return {
        absl::CancelledError(absl::StrCat(
            "the call was given up while it waited for the bulkhead \"",
            options_->name,
            "\"")),
        Rejection::kOverloaded};
  }
  (waited ? shared_->timed_out : shared_->failed_fast).AddShared();
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

size_t Bulkhead::in_flight() const { return shared_->places.taken(); }
size_t Bulkhead::waiting() const { return shared_->places.waiting(); }

}  // namespace hawkmount
