// Selection vectors straight from columns, without a BOOLEAN column in between.
#pragma once

#include "expr/expr.h"
#include "types/column.h"
#include "types/rows.h"

namespace millrace {

enum class Comparison : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual
};

// The comparison that a call of one of the six operators makes on two arguments of one type that
// has a selector; false when there is none.
bool selectableComparison(const Expr& expr, Comparison& comparison);

// Writes the rows of `rows` for which `left <comparison> right` is TRUE to `out` (room for
// rows.count() needed) and returns their number. One of the columns may be constant.
// `out` may be the list behind `rows` itself.
uint32_t selectComparison(Comparison comparison, const Column& left, const Column& right,
                          const Rows& rows, uint32_t* out);

// The same for a BOOLEAN column that is TRUE.
uint32_t selectTrue(const Column& column, const Rows& rows, uint32_t* out);

}  // namespace millrace
