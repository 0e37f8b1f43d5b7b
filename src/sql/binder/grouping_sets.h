// GROUPING SETS, ROLLUP and CUBE: which sets of expressions a GROUP BY means.
#pragma once

#include <vector>

#include "base/result.h"
#include "sql/ast/query.h"

namespace millrace {

using ParsedGroupingSet = std::vector<const ParsedExpression*>;

// The sets of a GROUP BY: every element contributes one part to each of them. A GROUP BY without
// GROUPING SETS, ROLLUP and CUBE is one set. Fails when there are more than kMaxGroupingSets.
inline constexpr size_t kMaxGroupingSets = 256;
Result<std::vector<ParsedGroupingSet>> groupingSetsOf(
    const std::vector<ParsedGroupingElement>& groupBy);

}  // namespace millrace
