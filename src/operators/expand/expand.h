// Expand: every row once per projection, as GROUPING SETS want it. Rows stay on their side of each
// watermark mark; between two marks the rows of one projection follow those of another. Stateless.
#pragma once

#include <vector>

#include "expr/expr.h"
#include "runtime/operator.h"

namespace millrace {

struct ExpandSpec {
  std::vector<std::vector<ExprPtr>> projections;  // at least one; the output columns of each
};

Result<OperatorPtr> makeExpand(const ExpandSpec& spec);

}  // namespace millrace
