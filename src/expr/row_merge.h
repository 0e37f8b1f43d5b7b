// Merging results that were computed for different rows of one batch (branches of CASE, shared
// expressions that are completed later).
#pragma once

#include <vector>

#include "types/column.h"
#include "types/rows.h"

namespace millrace {

// Some rows of a column of the batch. The indices must outlive the call.
struct RowPart {
  ColumnPtr column;
  Rows rows;
};

// A column of `size` rows with the rows of each part taken from its column; other rows are NULL or
// unspecified. The parts' rows must not overlap; their columns have the layout of `type`.
ColumnPtr mergeRows(const Type& type, size_t size, const std::vector<RowPart>& parts);

}  // namespace millrace
