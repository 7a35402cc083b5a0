#ifndef HAWKMOUNT_CODEGEN_ID_GENERATOR_H_
#define HAWKMOUNT_CODEGEN_ID_GENERATOR_H_

#include <cstdint>

namespace hawkmount::codegen {

// Makes request ids: a counter, from a start and with a key that the system
// gave. Its steps visit all numbers, far apart, so that no id comes twice in
// 2^63 of them; those of other generators differ by the key, too. For telling
// calls apart, not for secrets. One thread's.
struct IdGenerator {
  uint64_t counter = 0;
  uint64_t key = 0;  // 0: not seeded

  // `low` is never 0.
  void Next(uint64_t& high, uint64_t& low) {
    const uint64_t count = counter += 0x9e3779b97f4a7c15u;
    high = Fold(count);
    low = count | 1;
  }
  uint64_t NextNumber() { return Fold(counter += 0x9e3779b97f4a7c15u) | 1; }

 private:
  // Both halves of a product.
  uint64_t Fold(uint64_t count) const {
    const auto product = static_cast<unsigned __int128>(count) * (count ^ key);
    return static_cast<uint64_t>(product >> 64) ^
           static_cast<uint64_t>(product);
  }
};

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_ID_GENERATOR_H_
