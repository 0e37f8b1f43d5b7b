// Columns whose rows come from two sources: the changes an operator emits are made of its input and
// of rows of its state, or of results before and after.
#pragma once

#include <cstdint>
#include <span>

#include "types/column.h"

namespace millrace {

// A row of the first source, or of the second one when kFromSecond is set.
inline constexpr uint32_t kFromSecond = 0x8000'0000;

// The column of picks[0], picks[1], ... Both sources have the same type; nullptr stands for a
// source that no pick names. Strings are shared with the sources.
ColumnPtr interleave(const Column* first, const Column* second, std::span<const uint32_t> picks);

// Sets changed[k] to 1 where rows k of the two columns differ (NULL equals NULL, and as in Flink
// 0.0 equals -0.0 and NaN differs from itself); other entries stay. Both columns have the same
// type.
void markDifferences(const Column& before, const Column& after, size_t n, uint8_t* changed);

}  // namespace millrace
