// The pseudo-random sequence that java.util.Random specifies, so that seeded RAND gives the numbers
// that Flink gives.
#pragma once

#include <cstdint>

namespace millrace {

class JavaRandom {
 public:
  explicit JavaRandom(int64_t seed) : state_((static_cast<uint64_t>(seed) ^ kMultiplier) & kMask) {}

  double nextDouble() {
    uint64_t high = next(26);
    return static_cast<double>((high << 27) + next(27)) * 0x1.0p-53;
  }

  // Requires: bound > 0.
  int32_t nextInt(int32_t bound) {
    auto limit = static_cast<uint32_t>(bound);
    if ((limit & (limit - 1)) == 0) {
      return static_cast<int32_t>(uint64_t{limit} * next(31) >> 31);
    }
    for (;;) {
      auto bits = static_cast<uint32_t>(next(31));
      uint32_t value = bits % limit;
      // Draws from the incomplete last run of the range are thrown away.
      if (static_cast<int32_t>(bits - value + (limit - 1)) >= 0) return static_cast<int32_t>(value);
    }
  }

 private:
  static constexpr uint64_t kMultiplier = 0x5DEECE66Dull;
  static constexpr uint64_t kMask = (uint64_t{1} << 48) - 1;

  uint64_t next(int bits) {
    state_ = (state_ * kMultiplier + 0xB) & kMask;
    return state_ >> (48 - bits);
  }

  uint64_t state_;
};

}  // namespace millrace
