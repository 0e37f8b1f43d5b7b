// Calc: filter and projection in one operator. Stateless; keeps row kinds and watermark marks.
#pragma once

#include <vector>

#include "expr/expr.h"
#include "runtime/operator.h"

namespace millrace {

struct CalcSpec {
  ExprPtr filter;                    // BOOLEAN; nullptr = all rows
  std::vector<ExprPtr> projections;  // the output columns
};

Result<OperatorPtr> makeCalc(const CalcSpec& spec);

}  // namespace millrace
