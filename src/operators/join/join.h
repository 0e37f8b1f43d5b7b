// Join: regular join of two changelogs with unbounded state on both sides, as Flink's
// StreamingJoinOperator and StreamingSemiAntiJoinOperator. Output rows: left columns, then right
// columns (semi and anti: left columns only). NULL keys never match. Input 0 is the left side.
//
// With a time to live a row is not found any more when it has not been written for so long.
// Counting its matches, which outer, semi and anti joins do, writes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "expr/expr.h"
#include "runtime/operator.h"
#include "types/type.h"

namespace millrace {

enum class JoinKind : uint8_t { kInner, kLeft, kRight, kFull, kSemi, kAnti };

struct JoinSpec {
  JoinKind kind = JoinKind::kInner;
  std::vector<Type> left;
  std::vector<Type> right;
  std::vector<uint32_t> leftKeys;  // same types on both sides; empty = cross join
  std::vector<uint32_t> rightKeys;
  std::vector<uint8_t> nullSafe;  // per key: IS NOT DISTINCT FROM instead of =
  ExprPtr condition;              // over left columns then right columns; nullptr = true
  bool leftRetracts = false;
  bool rightRetracts = false;
  // The input has a unique key that its join key contains (one row per join key), or one at all;
  // empty = none. Columns of that side.
  std::vector<uint32_t> leftUniqueKey;
  std::vector<uint32_t> rightUniqueKey;
  bool emitUpdateBefore = true;
  // The times to live of the rows; nullopt = that of the configuration.
  std::optional<int64_t> leftTtlMillis;
  std::optional<int64_t> rightTtlMillis;
  // What the columns and the condition are, for the schemas of states; may be empty
  // (state/state_schema.h).
  std::vector<std::string> leftNames;
  std::vector<std::string> rightNames;
  std::string conditionName;
};

Result<OperatorPtr> makeJoin(const JoinSpec& spec);

}  // namespace millrace
