// SortOrder: one ORDER BY item by column index. (types/sort_key.h encodes the values.)
#pragma once

#include <cstdint>

namespace millrace {

// Flink's default: NULLs are the lowest values, first when ascending, last when descending.
struct SortOrder {
  uint32_t column = 0;
  bool ascending = true;
  bool nullsFirst = true;
  bool operator==(const SortOrder&) const = default;
};

}  // namespace millrace
