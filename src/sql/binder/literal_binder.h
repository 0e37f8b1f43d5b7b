// From literals of the syntax tree to constants.
#pragma once

#include "base/result.h"
#include "expr/expr.h"
#include "sql/ast/expression.h"

namespace millrace {

// A constant expression of the literal's type. Errors carry the literal's position.
Result<ExprPtr> bindLiteral(const ParsedLiteral& literal, const EvalContext& context);

// An exact number with a minus in front, which counts for its type: -2147483648 is an INT.
Result<ExprPtr> bindNegative(const ParsedLiteral& literal);

}  // namespace millrace
