// Copying rows between columns.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "types/batch.h"
#include "types/column.h"

namespace millrace {

// An index that stands for "no row": gather writes NULL there.
inline constexpr uint32_t kNoRow = UINT32_MAX;

// A column with source[indices[0]], source[indices[1]], ...; kNoRow gives NULL. Strings are shared
// with the source's buffers, or copied when `copyStrings` or the source is borrowed from state.
// A constant source without kNoRow in the list stays constant.
ColumnPtr gather(const Column& source, std::span<const uint32_t> indices, bool copyStrings = false);

// Appends columns of one type end to end. Requires: at least one.
ColumnPtr concat(std::span<const ColumnPtr> parts);

// Rows begin .. begin + count - 1 of a column.
ColumnPtr slice(const Column& source, size_t begin, size_t count);

// Writes source[row] into target[position] (same type); strings are copied into the target.
void copyValue(const Column& source, size_t row, Column& target, size_t position);

// Joins dense or selected batches of one schema into one dense batch (kinds kept; marks moved
// along).
Batch concatBatches(std::span<const Batch> batches);

}  // namespace millrace
