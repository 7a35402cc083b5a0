#ifndef HAWKMOUNT_INTERCEPTORS_BUCKETS_H_
#define HAWKMOUNT_INTERCEPTORS_BUCKETS_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace hawkmount::interceptors {

// How many tokens a bucket holds, and in how many nanoseconds each of them
// comes back: at least 1.
struct BucketSize {
  int64_t interval = 1;
  int64_t burst = 1;
};

// Made of a rate in tokens a second: the interval is rounded up. A burst of 0
// is one second's tokens, at least one.
BucketSize MakeBucketSize(double per_second, uint32_t burst);

// Token buckets by key. All that a bucket must remember is when it will be
// full, as it fills evenly; one that is full is like one that is not there.
// Any thread.
class Buckets {
 public:
  // Room for so many keys that are not full.
  explicit Buckets(size_t max_keys);
  Buckets(const Buckets&) = delete;
  Buckets& operator=(const Buckets&) = delete;

  // Takes a token. 0: there was one. Otherwise in how many nanoseconds there
  // will be; nothing is taken then. `key` is a good hash, `now` is in
  // nanoseconds, and not negative.
  int64_t Take(uint64_t key, BucketSize size, int64_t now);

  size_t memory() const;
  // How many are kept, full ones that were not swept yet among them.
  size_t count() const;

 private:
  struct Bucket {
    uint64_t key = 0;
    int64_t full_at = 0;  // 0: nobody's
  };

  // A table with linear probing, of a power of two of places. It grows when it
  // is three quarters full and leaves full buckets behind then; when it may not
  // grow any more, a few buckets that a hand points to are looked at.
  class alignas(64) Shard {
   public:
    int64_t Take(uint64_t key, BucketSize size, int64_t now, size_t max_places);
    size_t places() const;
    size_t count() const;

   private:
    size_t Find(uint64_t key) const;
    void MakeRoom(int64_t now, size_t max_places);
    void Evict(int64_t now);
    void Erase(size_t place);
    size_t Home(uint64_t key) const;

    mutable std::mutex mutex_;
    std::vector<Bucket> places_;
    size_t count_ = 0;
    size_t hand_ = 0;
  };

  static constexpr size_t kShards = 64;

  const size_t max_places_;  // of a shard
  std::vector<Shard> shards_{kShards};
};

}  // namespace hawkmount::interceptors

#endif  // HAWKMOUNT_INTERCEPTORS_BUCKETS_H_
