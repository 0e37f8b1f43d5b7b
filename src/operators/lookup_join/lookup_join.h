// LookupJoin: joins each row with a table read whole into memory (FOR SYSTEM_TIME AS OF proctime).
// The table is reloaded when its interval has passed. Keeps row kinds and marks; inner or left.
// Output: left columns, then the looked-up columns.
#pragma once

#include <functional>
#include <vector>

#include "expr/expr.h"
#include "operators/join/join.h"
#include "runtime/operator.h"
#include "types/batch.h"

namespace millrace {

struct LookupJoinSpec {
  JoinKind kind = JoinKind::kInner;
  std::vector<Type> left;
  std::vector<Type> right;  // columns that `read` returns
  std::vector<uint32_t> leftKeys;
  std::vector<uint32_t> rightKeys;
  ExprPtr condition;                    // over left then right; nullptr = true
  std::function<Result<Batch>()> read;  // the whole table
  int64_t reloadMillis = 0;             // 0 = never again
};

Result<OperatorPtr> makeLookupJoin(const LookupJoinSpec& spec);

}  // namespace millrace
