// GroupAggregate: GROUP BY without windows. Keeps the accumulators of every key and emits a
// changelog exactly as Flink's GroupAggFunction: +I for a new key, nothing when the result stays
// equal, -U and +U (or +U alone) when it changes, -D when the last row of a key is retracted
// (without keys as well). A retraction of a key that does not exist is ignored.
//
// Output: the key columns, then one column per aggregate. With mini-batch, changes are folded per
// key and emitted when the bundle is full, its latency has passed, at a barrier and at the end;
// watermarks wait for the bundle.
//
// With a time to live a group begins anew when no row has come for so long, and results are emitted
// again even when they stay equal.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operators/aggregation/aggregate_call.h"
#include "runtime/operator.h"
#include "types/type.h"

namespace millrace {

struct GroupAggregateSpec {
  std::vector<Type> input;                // types of all input columns
  std::vector<uint32_t> keys;             // input columns
  std::vector<AggregateCall> aggregates;  // may be empty: SELECT DISTINCT
  bool inputRetracts = false;             // -U, +U or -D may come
  // What the input columns are, for the schemas of states; may be empty (state/state_schema.h).
  std::vector<std::string> inputNames;
  bool emitUpdateBefore = true;
  // The time to live of the groups; nullopt = that of the configuration.
  std::optional<int64_t> stateTtlMillis;
};

Result<OperatorPtr> makeGroupAggregate(const GroupAggregateSpec& spec);

// Two-phase aggregation. The local half folds each batch (or mini-batch) per key before the keyed
// exchange and emits the key columns and one BYTES column with the partial states; the global half
// merges them. Only for aggregates without DISTINCT and without views, over append-only input. Both
// halves are made from the same spec, that of the local input.
bool supportsTwoPhase(const GroupAggregateSpec& spec);
Result<OperatorPtr> makeLocalGroupAggregate(const GroupAggregateSpec& spec);
Result<OperatorPtr> makeGlobalGroupAggregate(const GroupAggregateSpec& spec);

}  // namespace millrace
