#ifndef HAWKMOUNT_INTERCEPTORS_RATE_LIMIT_H_
#define HAWKMOUNT_INTERCEPTORS_RATE_LIMIT_H_

// How often callers may call.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "hawkmount/interceptor.h"

namespace hawkmount {

struct RateLimitOptions {
  // For the methods whose policy says nothing of a rate (the `rate` of
  // hawkmount/options.proto): a caller has one bucket for all of these
  // together. Without `per_second` these are not limited. A `burst` of 0 is one
  // second's tokens, at least one. `metadata` is copied.
  Rate rate{};
  // How many keys are told apart at least. They take 48 bytes each at the most,
  // beside 256 KiB; fewer keys take less.
  size_t max_keys = size_t{1} << 20;
  // Null: the steady clock. Any thread.
  std::function<std::chrono::steady_clock::time_point()> clock{};
};

// Token buckets: a bucket for each key holds `burst` tokens at first, a call
// takes one, and `per_second` of them come back each second, to `burst` at the
// most. A call that finds none is RESOURCE_EXHAUSTED, with a RetryInfo that
// says when there will be one; it is counted as `rate_limited`.
//
//   app.Mount(
//       GreeterMount(
//           handler,
//           hawkmount::RateLimit({.rate = {.per_second = 10, .burst = 20}})),
//       {...});
//
// A method whose policy has a rate has buckets of its own, after that rate. One
// whose policy says `none` is not limited.
//
// Keys are:
//   RateKey::kPeer      the caller's address without its port. All callers at
//                       socket files are one, whatever they call their ends;
//                       so are those behind one proxy.
//   RateKey::kMetadata  the first value of Rate::metadata
//   RateKey::kUser      the `authorization` that was sent. Callers can send
//                       what they like: put it behind an interceptor that looks
//                       at it, or use RateLimitFor.
// Calls without that metadata go by their peer.
//
// Time is in whole nanoseconds: one token in each of so many, rounded up, so
// that no more pass than may. Memory is bounded: full buckets take none, and
// when there are more others than there is room for, those go first that would
// have been full soonest.
//
// Copies are one limiter. Any thread; it never waits.
class RateLimit {
 public:
  explicit RateLimit(RateLimitOptions options = {});

  Decision Before(Context& context);

  // How much memory the buckets take, in bytes, and how many there are.
  size_t memory() const;
  size_t buckets() const;

 protected:
  // Who the caller is, for RateKey::kUser; nothing: nobody knows.
  using UserOf = std::optional<std::string_view> (*)(const Context& context);

  Decision Take(Context& context, UserOf user_of);

 private:
  class State;
  std::shared_ptr<State> state_;
};

// The same, but users are told apart by a fact that an interceptor before this
// one provides, and RateLimitOptions::rate is by user:
//
//   RateLimitFor<hawkmount::Principal, &hawkmount::Principal::name>
//
// `kName` is a member of the fact that is a std::string or a std::string_view.
// Calls without the fact go by their peer.
template <class Fact, auto kName>
class RateLimitFor : public RateLimit {
 public:
  using Needs = Facts<Fact>;

  explicit RateLimitFor(RateLimitOptions options = {})
      : RateLimit(ByUser(std::move(options))) {}

  Decision Before(Context& context) {
    return Take(context, [](const Context& call) {
      const Fact* fact = call.Get<Fact>();
      using Name = std::optional<std::string_view>;
      return fact == nullptr ? Name() : Name((*fact).*kName);
    });
  }

 private:
  static RateLimitOptions ByUser(RateLimitOptions options) {
    options.rate.key = RateKey::kUser;
    return options;
  }
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_INTERCEPTORS_RATE_LIMIT_H_
