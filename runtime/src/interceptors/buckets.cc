#include "interceptors/buckets.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace hawkmount::interceptors {

namespace {

constexpr size_t kFewestPlaces = 16;
// How many buckets a new key looks at, at the most, to find room.
constexpr size_t kLooks = 16;
// The longest that an empty bucket takes to be full: 73 years.
constexpr int64_t kLongest = INT64_MAX / 4;

}  // namespace

BucketSize MakeBucketSize(double per_second, uint32_t burst) {
  const double interval = std::ceil(1e9 / per_second);
  BucketSize size;
  size.interval = interval >= static_cast<double>(kLongest)
                      ? kLongest
                      : std::max<int64_t>(1, static_cast<int64_t>(interval));
  size.burst = burst > 0 ? burst
                         : static_cast<int64_t>(
                               std::clamp(per_second, 1.0, double{UINT32_MAX}));
  size.burst = std::min(size.burst, kLongest / size.interval);
  return size;
}

// Three quarters of a shard's places are taken at the most. The keys are not
// spread over the shards quite evenly: there is room for an eighth more of
// them, and for a few.
Buckets::Buckets(size_t max_keys)
    : max_places_(std::bit_ceil(max_keys / kShards * 3 / 2 + 64)) {}

int64_t Buckets::Take(uint64_t key, BucketSize size, int64_t now) {
  return shards_[key >> 58].Take(key, size, now, max_places_);
}

size_t Buckets::memory() const {
  size_t places = 0;
  for (const Shard& shard : shards_) places += shard.places();
  return places * sizeof(Bucket) + sizeof(*this) + kShards * sizeof(Shard);
}

size_t Buckets::count() const {
  size_t count = 0;
  for (const Shard& shard : shards_) count += shard.count();
  return count;
}

int64_t Buckets::Shard::Take(
    uint64_t key, BucketSize size, int64_t now, size_t max_places) {
  std::lock_guard lock(mutex_);
  if (places_.empty()) places_.resize(kFewestPlaces);
  size_t place = Find(key);
  const bool known = places_[place].full_at != 0;
  const int64_t full_at = known ? std::max(places_[place].full_at, now) : now;
  // With a token left, it lacks all but one of them at the most.
  const int64_t wait = full_at - now - (size.burst - 1) * size.interval;
  if (wait > 0) return wait;
  if (!known) {
    if ((count_ + 1) * 4 > places_.size() * 3) {
      MakeRoom(now, max_places);
      place = Find(key);
    }
    places_[place].key = key;
    ++count_;
  }
  places_[place].full_at = full_at + size.interval;
  return 0;
}

size_t Buckets::Shard::places() const {
  std::lock_guard lock(mutex_);
  return places_.size();
}

size_t Buckets::Shard::count() const {
  std::lock_guard lock(mutex_);
  return count_;
}

size_t Buckets::Shard::Home(uint64_t key) const {
  return key & (places_.size() - 1);
}

// Where the key is, or the free place for it.
size_t Buckets::Shard::Find(uint64_t key) const {
  size_t place = Home(key);
  while (places_[place].full_at != 0 && places_[place].key != key) {
    place = (place + 1) & (places_.size() - 1);
  }
  return place;
}

// A quarter of the places at least has to be taken anew before it comes to the
// same again: what it costs is spread over them.
void Buckets::Shard::MakeRoom(int64_t now, size_t max_places) {
  if (places_.size() >= max_places) return Evict(now);
  const size_t live = static_cast<size_t>(std::count_if(
      places_.begin(), places_.end(), [now](const Bucket& bucket) {
        return bucket.full_at > now;
      }));
  std::vector<Bucket> old(
      std::clamp(std::bit_ceil(live * 2 + 1), kFewestPlaces, max_places));
  old.swap(places_);
  count_ = live;
  for (const Bucket& bucket : old) {
    if (bucket.full_at > now) places_[Find(bucket.key)] = bucket;
  }
}

void Buckets::Shard::Evict(int64_t now) {
  const size_t before = count_;
  size_t soonest = places_.size();
  size_t looks = 0;
  for (size_t i = 0; i < places_.size() && looks < kLooks; ++i) {
    hand_ = (hand_ + 1) & (places_.size() - 1);
    const int64_t full_at = places_[hand_].full_at;
    if (full_at == 0) continue;
    ++looks;
    if (full_at <= now) {
      // Another one may have moved to where the hand points.
      Erase(hand_);
      hand_ = (hand_ - 1) & (places_.size() - 1);
    } else if (
        soonest == places_.size() || full_at < places_[soonest].full_at) {
      soonest = hand_;
    }
  }
  if (count_ == before) Erase(soonest);
}

// Those behind it move up, so that no way to any of them is cut.
void Buckets::Shard::Erase(size_t place) {
  const size_t mask = places_.size() - 1;
  --count_;
  for (size_t next = (place + 1) & mask; places_[next].full_at != 0;
       next = (next + 1) & mask) {
    const size_t way = (next - Home(places_[next].key)) & mask;
    if (way < ((next - place) & mask)) continue;
    places_[place] = places_[next];
    place = next;
  }
  places_[place] = {};
}

}  // namespace hawkmount::interceptors
