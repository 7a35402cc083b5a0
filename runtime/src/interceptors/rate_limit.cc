#include "hawkmount/interceptors/rate_limit.h"

#include <array>
#include <cstdint>
#include <random>
#include <string>

#include "hawkmount/error_details.h"
#include "interceptors/buckets.h"
#include "interceptors/keyed_hash.h"
#include "interceptors/peer_host.h"

namespace hawkmount {

namespace {

interceptors::KeyedHash MakeHash() {
  std::random_device random;
  const auto word = [&] { return uint64_t{random()} << 32 | random(); };
  const uint64_t low = word();
  return {low, word()};
}

std::optional<std::string_view> CredentialsOf(const Context& context) {
  return context.metadata().Find("authorization");
}

}  // namespace

class RateLimit::State {
 public:
  explicit State(RateLimitOptions options)
      : rate_(options.rate),
        metadata_(rate_.metadata),
        clock_(std::move(options.clock)),
        hash_(MakeHash()),
        buckets_(options.max_keys) {
    rate_.metadata = metadata_;
  }

  // In how many nanoseconds there will be a token; 0: one was taken.
  int64_t Take(const Context& context, UserOf user_of) {
    const Method& method = context.method();
    const Rate* said =
        method.policy == nullptr ? nullptr : &method.policy->rate;
    const bool own = said != nullptr && said->limited();
    const Rate& rate = own ? *said : rate_;
    if (!rate.limited() || (said != nullptr && said->none)) return 0;
    return buckets_.Take(
        KeyOf(context, rate, own ? &method : nullptr, user_of),
        interceptors::MakeBucketSize(rate.per_second, rate.burst),
        (clock_ ? clock_() : codegen::Now()).time_since_epoch() / kNanosecond);
  }

  const interceptors::Buckets& buckets() const { return buckets_; }

 private:
  static constexpr std::chrono::nanoseconds kNanosecond{1};

  uint64_t KeyOf(
      const Context& context,
      const Rate& rate,
      const Method* method,
      UserOf user_of) const {
    RateKey key = rate.key;
    std::optional<std::string_view> text;
    if (key == RateKey::kMetadata) {
      text = context.metadata().Find(rate.metadata);
    } else if (key == RateKey::kUser) {
      text = user_of(context);
    }
    std::array<char, 256> peer;
    if (!text.has_value()) {
      key = RateKey::kPeer;
      const size_t size = context.call().CopyPeer(peer.data(), peer.size());
      text = interceptors::HostOf({peer.data(), size});
    }
    // A text of one kind is not the same as that of another.
    const uint64_t domain = reinterpret_cast<uintptr_t>(method) * 4 +
                            static_cast<unsigned char>(key);
    return hash_(*text) ^ domain * 0x9e3779b97f4a7c15u;
  }

  Rate rate_;
  const std::string metadata_;
  const std::function<std::chrono::steady_clock::time_point()> clock_;
  const interceptors::KeyedHash hash_;
  interceptors::Buckets buckets_;
};

RateLimit::RateLimit(RateLimitOptions options)
    : state_(std::make_shared<State>(std::move(options))) {}

Decision RateLimit::Before(Context& context) {
  return Take(context, CredentialsOf);
}

Decision RateLimit::Take(Context& context, UserOf user_of) {
  const int64_t wait = state_->Take(context, user_of);
  if (wait == 0) return {};
  return {
      WithDetail(
          absl::ResourceExhaustedError("the caller's rate of calls is used up"),
          RetryInfo{.delay = std::chrono::nanoseconds(wait)}),
      Rejection::kRateLimited};
}

size_t RateLimit::memory() const { return state_->buckets().memory(); }
size_t RateLimit::buckets() const { return state_->buckets().count(); }

}  // namespace hawkmount
