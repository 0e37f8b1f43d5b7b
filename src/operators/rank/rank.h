// Rank: Top-N per key, ROW_NUMBER() OVER (PARTITION BY .. ORDER BY ..) <= n, with or without the
// rank in the output, over append-only or updating input; also LIMIT and ORDER BY .. LIMIT (no
// keys). The changelog is that of Flink's AppendOnlyTopNFunction and RetractableTopNFunction:
// without rank output +I for a row that enters and -D for the one it pushes out; with rank output
// -U and +U for each rank that changes; with an offset (rankStart > 1) as with rank output, though
// without the column. The first row alone (rankEnd = 1, append-only input) changes by -U and +U.
// With an upsert key it is that of UpdatableTopNFunction: what has only changed is -U and +U.
//
// With a time to live rows that came so long ago are forgotten, without a change.
#pragma once

#include <string>
#include <vector>

#include "runtime/operator.h"
#include "types/sort_order.h"
#include "types/type.h"

namespace millrace {

struct RankSpec {
  std::vector<Type> input;
  // What the input columns are, for the schemas of states; may be empty (state/state_schema.h).
  std::vector<std::string> inputNames;
  std::vector<uint32_t> partitionKeys;
  std::vector<SortOrder> order;  // types/sort_order.h
  int64_t rankStart = 1;         // 1 = from the first
  int64_t rankEnd = 1;           // inclusive; INT64_MAX = no end (OFFSET without LIMIT)
  bool outputRank = false;       // appends BIGINT rank
  bool inputRetracts = false;
  // Of an input whose +U come without -U, and whose rows only move towards the front: the key by
  // which a +U replaces a row. It holds the partition keys. Empty = every update has its -U.
  std::vector<uint32_t> upsertKey;
  bool emitUpdateBefore = true;
};

// What a state that has the first rows alone says about them.
std::string firstRowsText(const RankSpec& spec);

Result<OperatorPtr> makeRank(const RankSpec& spec);

// Window Top-N: the same per window, emitted once when the window closes; append-only in and out.
struct WindowRankSpec {
  RankSpec rank;  // partitionKeys without the window columns
  uint32_t windowEndColumn = 0;
  bool isProctime = false;
  bool isLtz = false;
  bool deduplicate = false;  // ORDER BY time attribute, n = 1: first or last row
};
Result<OperatorPtr> makeWindowRank(const WindowRankSpec& spec);

}  // namespace millrace
