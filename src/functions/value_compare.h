// Comparing single values of columns of any type, as SQL's operators do.
#pragma once

#include <cstdint>

#include "types/column.h"

namespace millrace {

// Negative, 0 or positive. NULLs inside (array elements, row fields) are equal and come first.
// Requires: both rows are not NULL and the columns have one layout. NaN is the largest number.
int compareRows(const Column& a, size_t rowA, const Column& b, size_t rowB);
// The same for values that may be NULL themselves.
int compareNullable(const Column& a, size_t rowA, const Column& b, size_t rowB);
// Equal values have equal hashes; NULL has one too.
uint64_t hashRow(const Column& column, size_t row);

}  // namespace millrace
