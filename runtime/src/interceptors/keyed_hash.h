#ifndef HAWKMOUNT_INTERCEPTORS_KEYED_HASH_H_
#define HAWKMOUNT_INTERCEPTORS_KEYED_HASH_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hawkmount::interceptors {

// SipHash-2-4: who does not know the key cannot find texts of the same hash.
class KeyedHash {
 public:
  KeyedHash(uint64_t low, uint64_t high) : low_(low), high_(high) {}

  uint64_t operator()(std::string_view text) const {
    Words v{
        low_ ^ 0x736f6d6570736575u,
        high_ ^ 0x646f72616e646f6du,
        low_ ^ 0x6c7967656e657261u,
        high_ ^ 0x7465646279746573u};
    const uint64_t size = text.size();
    for (; text.size() >= 8; text.remove_prefix(8)) v.Absorb(Word(text, 8));
    v.Absorb(Word(text, text.size()) | size << 56);
    v.c ^= 0xff;
    for (int i = 0; i < 4; ++i) v.Round();
    return v.a ^ v.b ^ v.c ^ v.d;
  }

 private:
  struct Words {
    uint64_t a, b, c, d;

    void Absorb(uint64_t word) {
      d ^= word;
      Round();
      Round();
      a ^= word;
    }
    void Round() {
      a += b;
      b = std::rotl(b, 13) ^ a;
      a = std::rotl(a, 32);
      c += d;
      d = std::rotl(d, 16) ^ c;
      a += d;
      d = std::rotl(d, 21) ^ a;
      c += b;
      b = std::rotl(b, 17) ^ c;
      c = std::rotl(c, 32);
    }
  };

  static uint64_t Word(std::string_view text, size_t size) {
    static_assert(std::endian::native == std::endian::little);
    uint64_t word = 0;
    std::memcpy(&word, text.data(), size);
    return word;
  }

  uint64_t low_;
  uint64_t high_;
};

}  // namespace hawkmount::interceptors

#endif  // HAWKMOUNT_INTERCEPTORS_KEYED_HASH_H_
