#include "types/wide_integer.h"

namespace millrace {

using uint128 = unsigned __int128;

namespace {

// Long division by one 64-bit digit.
Wide256 divideBySmall(Wide256 a, uint64_t divisor, uint128& remainder) {
  uint64_t digits[4] = {static_cast<uint64_t>(a.high >> 64), static_cast<uint64_t>(a.high),
                        static_cast<uint64_t>(a.low >> 64), static_cast<uint64_t>(a.low)};
  uint128 rest = 0;
  for (uint64_t& digit : digits) {
    uint128 part = rest << 64 | digit;
    digit = static_cast<uint64_t>(part / divisor);
    rest = part % divisor;
  }
  remainder = rest;
  return {uint128{digits[0]} << 64 | digits[1], uint128{digits[2]} << 64 | digits[3]};
}

}  // namespace

Wide256 multiplyWide(uint128 a, uint128 b) {
  uint64_t a0 = static_cast<uint64_t>(a), a1 = static_cast<uint64_t>(a >> 64);
  uint64_t b0 = static_cast<uint64_t>(b), b1 = static_cast<uint64_t>(b >> 64);
  uint128 low = static_cast<uint128>(a0) * b0;
  uint128 crossA = static_cast<uint128>(a1) * b0;
  uint128 crossB = static_cast<uint128>(a0) * b1;
  uint128 middle = (low >> 64) + static_cast<uint64_t>(crossA) + static_cast<uint64_t>(crossB);
  uint128 high = static_cast<uint128>(a1) * b1 + (crossA >> 64) + (crossB >> 64) + (middle >> 64);
  return {high, middle << 64 | static_cast<uint64_t>(low)};
}

Wide256 multiplyBy(Wide256 a, uint64_t factor) {
  Wide256 product = multiplyWide(a.low, factor);
  product.high += a.high * factor;
  return product;
}

Wide256 addWide(Wide256 a, Wide256 b) {
  uint128 low = a.low + b.low;
  return {a.high + b.high + (low < a.low ? 1 : 0), low};
}

Wide256 divideWide(Wide256 a, uint128 divisor, uint128& remainder) {
  if (a.high == 0) {
    remainder = a.low % divisor;
    return {0, a.low / divisor};
  }
  if (divisor >> 64 == 0) return divideBySmall(a, static_cast<uint64_t>(divisor), remainder);
  Wide256 quotient{a.high / divisor, 0};
  uint128 rest = a.high % divisor;
  for (int bit = 127; bit >= 0; --bit) {
    bool carry = rest >> 127 != 0;
    rest = rest << 1 | (a.low >> bit & 1);
    if (carry || rest >= divisor) {
      rest -= divisor;
      quotient.low |= uint128{1} << bit;
    }
  }
  remainder = rest;
  return quotient;
}

}  // namespace millrace
