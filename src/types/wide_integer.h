// Unsigned 256-bit integers, just enough for DECIMAL products and quotients.
#pragma once

#include <cstdint>

#include "types/type.h"

namespace millrace {

struct Wide256 {
  unsigned __int128 high = 0;
  unsigned __int128 low = 0;
  // clang-tidy takes the operator's literal zero for a pointer.
  auto operator<=>(const Wide256&) const = default;  // NOLINT(modernize-use-nullptr)
  bool operator==(const Wide256&) const = default;
};

Wide256 multiplyWide(unsigned __int128 a, unsigned __int128 b);
// Requires: no overflow.
Wide256 multiplyBy(Wide256 a, uint64_t factor);
Wide256 addWide(Wide256 a, Wide256 b);
// Quotient; the remainder goes to `remainder`. Requires: divisor != 0.
Wide256 divideWide(Wide256 a, unsigned __int128 divisor, unsigned __int128& remainder);

}  // namespace millrace
