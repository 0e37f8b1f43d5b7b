// Evaluates expressions a column at a time.
//
// An Evaluator is made once per subtask from the expressions it shall compute: common
// sub-expressions are evaluated once per batch, constant arguments once for ever, and AND, OR and
// CASE evaluate each branch only for the rows that reach it (so that guarded errors do not occur).
// Not thread-safe.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "expr/expr.h"
#include "types/batch.h"

namespace millrace {

class Evaluator {
 public:
  static Result<std::unique_ptr<Evaluator>> make(std::vector<ExprPtr> exprs);
  virtual ~Evaluator() = default;

  // One column per expression, valid at the selected rows of the batch (other positions hold
  // anything). Columns have the batch's physical size or are constant.
  virtual Result<std::vector<ColumnPtr>> evaluate(const Batch& batch,
                                                  const EvalContext& context) = 0;

  // For a BOOLEAN expression `index`: the rows of the batch where it is TRUE, or nullptr when all
  // selected ones are. An evaluate() of the same columns that follows finds what was computed, and
  // gives TRUE for `index` without work when the batch has this selection by then.
  virtual Result<SelectionPtr> filter(size_t index, const Batch& batch,
                                      const EvalContext& context) = 0;
};

// The value of an expression without inputs (a constant). Errors are those of its functions.
Result<Value> evaluateConstant(const ExprPtr& expr, const EvalContext& context);

// Replaces every deterministic sub-expression without inputs by its value; one that fails stays, so
// that the error comes when (and only if) a row reaches it.
ExprPtr foldConstants(const ExprPtr& expr, const EvalContext& context);

}  // namespace millrace
