// Division of many integers by one: a multiplication per value instead of a division.
#pragma once

#include <cstdint>

#include "types/rows.h"

namespace millrace {

// out[row] = a[row] / divisor, or the remainder, cut towards zero as Java does; the smallest number
// divided by -1 is itself. Requires: divisor != 0. Instantiated for int8_t to int64_t.
template <typename T>
void divideByConstant(const T* a, T divisor, bool remainder, const Rows& rows, T* out);

// The remainder in the narrower type of the divisor.
template <typename Wide, typename Narrow>
void remainderByConstant(const Wide* a, Narrow divisor, const Rows& rows, Narrow* out);

}  // namespace millrace
