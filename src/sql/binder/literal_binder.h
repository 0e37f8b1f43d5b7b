// From literals of the syntax tree to constants.
#pragma once

#include "base/result.h"
#include "expr/expr.h"
#include "sql/ast/expression.h"

namespace millrace {

// A constant expression of the literal's type. Errors carry the literal's position.
Result<ExprPtr> bindLiteral(const ParsedLiteral& literal, const EvalContext& context);

}  // namespace millrace
