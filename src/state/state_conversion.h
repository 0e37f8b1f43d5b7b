// Restores states whose schema has changed since the snapshot. The old entries are read into a
// state of their own schema, some key groups at a time, and added to the new one column by column.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "state/keyed_rows.h"
#include "state/keyed_sorted_rows.h"
#include "state/keyed_table.h"
#include "state/schema_comparison.h"
#include "state/snapshot.h"
#include "state/timers.h"

namespace millrace {

// What a conversion reads and for whom.
struct ConversionSource {
  const RestoredOperator& restored;
  StateSchema stored;
  SchemaMapping mapping;
  KeyGroupRange range;  // of the new state
  uint32_t maxParallelism = 0;
};

// The schema of a state in a snapshot; nullopt when it is the wanted one, text for text. An error
// when the parts of the snapshot disagree.
Result<std::optional<StateSchema>> otherSchema(const RestoredOperator& restored,
                                               const StateSchema& wanted);
// An error when the stored schema does not fit the wanted one.
Result<ConversionSource> planConversion(const RestoredOperator& restored, StateSchema stored,
                                        const StateSchema& wanted, KeyGroupRange range,
                                        uint32_t maxParallelism);

Status convertState(const ConversionSource& source, KeyedTable& target);
Status convertState(const ConversionSource& source, NamespacedTable& target);
Status convertState(const ConversionSource& source, KeyedRows& target);
Status convertState(const ConversionSource& source, KeyedSortedRows& target);
Status convertState(const ConversionSource& source, Timers& target);

// Fills a state from a snapshot, whether its schema has changed or not.
template <typename State>
Status restoreState(const RestoredOperator& restored, State& state, KeyGroupRange range,
                    uint32_t maxParallelism) {
  std::optional<StateSchema> stored = TRY(otherSchema(restored, state.schema()));
  if (!stored) {
    SnapshotReader reader(restored, state.schema().name);
    return state.restore(reader, range, maxParallelism);
  }
  ConversionSource source =
      TRY(planConversion(restored, std::move(*stored), state.schema(), range, maxParallelism));
  return convertState(source, state);
}

}  // namespace millrace
