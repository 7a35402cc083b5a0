#ifndef HAWKMOUNT_BENCH_SERVERS_GUARDS_H_
#define HAWKMOUNT_BENCH_SERVERS_GUARDS_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bench.pb.h"

namespace hawkmount::bench {

// What three interceptors do, in the same way on both sides: a token, a rate of
// whoever shows it, and a look at the request.

inline constexpr std::string_view kGoodToken =
    "Bearer 5f2b9c6e0d8a4f1793b1c2d3e4f50617";
inline constexpr std::string_view kBadToken =
    "Bearer 00000000000000000000000000000000";

inline uint64_t WordAt(std::string_view text, size_t offset) {
  uint64_t word;
  std::memcpy(&word, text.data() + offset, sizeof(word));
  return word;
}

// Takes as long for any two texts of one length, of at least a word; the last
// word may overlap the one before.
inline bool SameText(std::string_view one, std::string_view other) {
  constexpr size_t kWord = sizeof(uint64_t);
  if (one.size() != other.size() || one.size() < kWord) return false;
  const size_t last = one.size() - kWord;
  uint64_t different = WordAt(one, last) ^ WordAt(other, last);
  for (size_t i = 0; i < last; i += kWord) {
    different |= WordAt(one, i) ^ WordAt(other, i);
  }
  return different == 0;
}

inline bool IsGood(std::string_view token) {
  return SameText(token, kGoodToken);
}

// Token buckets by user, of a rate that nobody reaches.
class Rates {
 public:
  bool Take(const std::string& user) {
    constexpr double kPerSecond = 1e9;
    constexpr double kBurst = 1e9;
    const auto now = std::chrono::steady_clock::now();
    std::lock_guard lock(mutex_);
    Bucket& bucket =
        buckets_.try_emplace(user, Bucket{kBurst, now}).first->second;
    const std::chrono::duration<double> passed = now - bucket.filled;
    bucket.tokens =
        std::min(kBurst, bucket.tokens + passed.count() * kPerSecond);
    bucket.filled = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

 private:
  struct Bucket {
    double tokens;
    std::chrono::steady_clock::time_point filled;
  };

  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

inline bool IsValid(const EchoRequest& request) {
  return !request.text().empty();
}

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_SERVERS_GUARDS_H_
