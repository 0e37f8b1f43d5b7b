// LookupJoin: joins each row with a table read whole into memory (FOR SYSTEM_TIME AS OF proctime).
// The table is read again when its interval has passed: before the next row is joined, or, where
// that waits for a network, on a thread of its own while rows meet the table as it was. Keeps row
// kinds and marks; inner or left. Output: left columns, then the looked-up columns.
#pragma once

#include <functional>
#include <stop_token>
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
  ExprPtr condition;  // over left then right; nullptr = true
  // The whole table. When `stop` is requested its rows are not wanted any more. Thread-safe.
  std::function<Result<Batch>(const std::stop_token& stop)> read;
  int64_t reloadMillis = 0;  // 0 = never again
  bool isRemote = false;     // read() waits for a network
};

Result<OperatorPtr> makeLookupJoin(const LookupJoinSpec& spec);

}  // namespace millrace
