#include "functions/constant_divisor.h"

#include <bit>

namespace millrace {

// Signed division by multiplication (Granlund and Montgomery): for |d| >= 2 the quotient is
// (x * multiplier >> shift), plus 1 for negative x, with the sign of d.
struct Reciprocal {
  int64_t multiplier = 0;  // of the magnitude, modulo 2^64
  int shift = 0;
  int64_t magnitude = 0;
  bool negative = false;

  explicit Reciprocal(int64_t divisor) {
    negative = divisor < 0;
    uint64_t d =
        negative ? uint64_t{0} - static_cast<uint64_t>(divisor) : static_cast<uint64_t>(divisor);
    magnitude = static_cast<int64_t>(d);
    int log = 64 - std::countl_zero(d - 1);
    shift = log - 1;
    unsigned __int128 power = static_cast<unsigned __int128>(1) << (63 + log);
    multiplier = static_cast<int64_t>(static_cast<uint64_t>(power / d + 1));
  }

  // The quotient by the magnitude of the divisor.
  int64_t divide(int64_t x) const {
    // The true multiplier is 2^64 + multiplier, which is negative as an int64_t.
    auto high = static_cast<int64_t>((static_cast<__int128>(x) * multiplier) >> 64);
    uint64_t sum = static_cast<uint64_t>(high) + static_cast<uint64_t>(x);
    int64_t quotient = static_cast<int64_t>(sum) >> shift;
    return quotient - (x >> 63);
  }
};

namespace {

bool isTrivial(int64_t divisor) { return divisor == 1 || divisor == -1 || divisor == INT64_MIN; }

int64_t divideTrivially(int64_t x, int64_t divisor) {
  if (divisor == 1) return x;
  if (divisor == -1) return static_cast<int64_t>(uint64_t{0} - static_cast<uint64_t>(x));
  return x == INT64_MIN ? 1 : 0;
}

}  // namespace

template <typename T>
void divideByConstant(const T* a, T divisor, bool remainder, const Rows& rows, T* out) {
  if (isTrivial(divisor)) {
    forEachRow(rows, [=](uint32_t row) {
      int64_t quotient = divideTrivially(a[row], divisor);
      uint64_t product = static_cast<uint64_t>(quotient) * static_cast<uint64_t>(divisor);
      out[row] = remainder ? static_cast<T>(static_cast<uint64_t>(a[row]) - product)
                           : static_cast<T>(quotient);
    });
    return;
  }
  Reciprocal reciprocal(divisor);
  if (remainder) {
    forEachRow(rows, [=](uint32_t row) {
      int64_t x = a[row];
      out[row] = static_cast<T>(x - reciprocal.divide(x) * reciprocal.magnitude);
    });
    return;
  }
  int64_t sign = reciprocal.negative ? -1 : 1;
  forEachRow(rows,
             [=](uint32_t row) { out[row] = static_cast<T>(reciprocal.divide(a[row]) * sign); });
}

template <typename Wide, typename Narrow>
void remainderByConstant(const Wide* a, Narrow divisor, const Rows& rows, Narrow* out) {
  if (divisor == 1 || divisor == Narrow(-1)) {
    forEachRow(rows, [=](uint32_t row) { out[row] = 0; });
    return;
  }
  Reciprocal reciprocal(divisor);
  forEachRow(rows, [=](uint32_t row) {
    int64_t x = a[row];
    out[row] = static_cast<Narrow>(x - reciprocal.divide(x) * reciprocal.magnitude);
  });
}

template void divideByConstant(const int8_t*, int8_t, bool, const Rows&, int8_t*);
template void divideByConstant(const int16_t*, int16_t, bool, const Rows&, int16_t*);
template void divideByConstant(const int32_t*, int32_t, bool, const Rows&, int32_t*);
template void divideByConstant(const int64_t*, int64_t, bool, const Rows&, int64_t*);
template void remainderByConstant(const int16_t*, int8_t, const Rows&, int8_t*);
template void remainderByConstant(const int16_t*, int16_t, const Rows&, int16_t*);
template void remainderByConstant(const int16_t*, int32_t, const Rows&, int32_t*);
template void remainderByConstant(const int32_t*, int8_t, const Rows&, int8_t*);
template void remainderByConstant(const int32_t*, int16_t, const Rows&, int16_t*);
template void remainderByConstant(const int32_t*, int32_t, const Rows&, int32_t*);
template void remainderByConstant(const int64_t*, int8_t, const Rows&, int8_t*);
template void remainderByConstant(const int64_t*, int16_t, const Rows&, int16_t*);
template void remainderByConstant(const int64_t*, int32_t, const Rows&, int32_t*);

}  // namespace millrace
