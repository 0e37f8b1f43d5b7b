// WindowCalls: the aggregates of a window operator and what they need of each window: a part in the
// window's accumulator entry and, for DISTINCT aggregates and for MIN and MAX of an input that
// retracts, a multiset of values. Knows nothing about where windows are kept. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "operators/aggregation/aggregate_call.h"
#include "state/state_schema.h"
#include "types/batch.h"

namespace millrace {

class WindowCalls {
 public:
  // Values that are counted per window, and which rows count: one variant per different FILTER
  // column (-1: all rows). A multiset entry holds an int64 per variant.
  struct Multiset {
    std::vector<uint32_t> arguments;
    std::vector<int> filters;
  };

  static Result<WindowCalls> make(const std::vector<AggregateCall>& calls, bool retracting);
  WindowCalls(WindowCalls&&) = default;
  WindowCalls& operator=(WindowCalls&&) = default;

  size_t size() const { return calls_.size(); }
  const Type& resultType(size_t i) const { return calls_[i].call.resolved.result; }
  const std::vector<Multiset>& multisets() const { return multisets_; }
  // For the schemas of the states of multisets: what the state is called, the aggregates that need
  // it, and what its counts are for. inputNames: what the input columns are, or empty.
  std::string multisetName(size_t m, const std::vector<std::string>& inputNames) const;
  std::vector<std::string> usersOf(size_t m) const;
  std::string filtersText(size_t m, const std::vector<std::string>& inputNames) const;
  // Some aggregate is computed from its multiset only when the window is emitted.
  bool hasDeferred() const { return hasDeferred_; }

  // Appends the accumulators to a table's parts and fixes their offsets in the value.
  void addParts(StateSchema& schema);

  // Prepares a batch: all FILTERs. The batch must stay until the last update.
  void beginBatch(const Batch& batch);
  // Rows, by physical row, that count for a FILTER column; nullptr = all.
  const uint8_t* filterMask(int filter) const;
  // By physical row: the multiset's new (or gone) values, written by the owner before an update.
  std::vector<uint8_t>& mask(size_t multiset, size_t variant) { return masks_[multiset][variant]; }

  // Folds rows into the accumulators at states[k].
  void update(const Rows& rows, std::byte* const* states, StringHeap* heap) const;
  // Folds values that are new to a window into its accumulators. Dense rows; masks are by row.
  // deferred: the aggregates that wait for emission, or the others.
  void addValues(size_t multiset, bool deferred, size_t n, std::span<const ColumnPtr> arguments,
                 std::byte* const* states, StringHeap* heap) const;
  // Empties the accumulators of deferred aggregates.
  void resetDeferred(std::byte* const* states, size_t n, StringHeap* heap) const;
  // Adds the accumulators of aggregates without multiset.
  void merge(std::byte* const* targets, const std::byte* const* sources, size_t n, StringHeap* heap,
             const StringHeap* sourceHeap) const;
  void results(const std::byte* const* states, size_t n, const StringHeap& heap,
               std::vector<ColumnPtr>& out) const;

 private:
  struct Call {
    AggregateCall call;
    std::unique_ptr<Aggregator> aggregator;
    uint32_t offset = 0;
    int multiset = -1;
    size_t variant = 0;
    bool deferred = false;
    std::vector<ColumnPtr> args;  // of the batch
  };

  WindowCalls() = default;
  std::string nameOf(size_t call) const;
  void useMultiset(Call& entry);
  const uint8_t* maskOf(const Call& entry) const;

  std::vector<Call> calls_;
  std::vector<Multiset> multisets_;
  bool hasDeferred_ = false;
  const Batch* batch_ = nullptr;
  std::vector<std::pair<int, std::vector<uint8_t>>> filters_;
  std::vector<std::vector<std::vector<uint8_t>>> masks_;
};

// Counts a value in or out; true when the set of values has changed.
inline bool countValue(int64_t& count, bool add) {
  return add ? count++ == 0 : count > 0 && --count == 0;
}

}  // namespace millrace
