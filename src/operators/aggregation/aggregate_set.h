// AggregateSet: the aggregates of one GROUP BY with all their states: the part in the entries of
// the operator's KeyedTable, DISTINCT values, and views for retraction.
//
//   AggregateSet set = TRY(AggregateSet::make(calls, retracting));
//   set.addParts(schema);                       // behind the operator's own parts
//   TRY(set.open(store, keyColumns, inputTypes));
//   set.prepare(batch, keyBatch, live);         // once per batch, then one of
//   set.updateTracked(states, heap, restart, before, after);
//   set.update(states, heap);
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "operators/aggregation/aggregate_call.h"
#include "operators/aggregation/aggregate_view.h"
#include "operators/aggregation/distinct_values.h"

namespace millrace {

class AggregateSet {
 public:
  // retracting: the input may hold -U and -D. inputNames: what the input columns are, for the
  // schemas of states; may be empty.
  static Result<AggregateSet> make(const std::vector<AggregateCall>& calls, bool retracting,
                                   std::vector<std::string> inputNames = {});
  AggregateSet(AggregateSet&&) = default;
  AggregateSet& operator=(AggregateSet&&) = default;

  size_t size() const { return calls_.size(); }
  const Type& resultType(size_t i) const { return calls_[i].call.resolved.result; }
  bool hasViews() const { return hasViews_; }
  // Bytes and string offsets of all in-entry states, from the first state on.
  uint32_t stateBytes() const { return stateBytes_; }
  const std::vector<uint32_t>& stringOffsets() const { return strings_; }

  // Appends the states to a table's parts and fixes their offsets in the value.
  void addParts(StateSchema& schema);
  // Opens the states beside the table. keys: the input columns of the group key; keyNames: what
  // they are, or empty. ttlMillis: the time to live of the groups.
  Status open(StateStore& store, const std::vector<uint32_t>& keys, const std::vector<Type>& input,
              const std::vector<std::string>& keyNames = {}, int64_t ttlMillis = 0);

  // live: rows that count, by physical row; nullptr = all. The batch and the keys must stay until
  // the update.
  void prepare(const Batch& batch, const KeyBatch& keys, const uint8_t* live);
  void update(std::byte* const* states, StringHeap* heap);
  void updateTracked(std::byte* const* states, StringHeap* heap, const uint8_t* restart,
                     std::vector<MutableColumnPtr>& before, std::vector<MutableColumnPtr>& after);
  // One column per aggregate. keys: those of the states; only looked at when hasViews().
  std::vector<MutableColumnPtr> results(std::byte* const* states, size_t n, const StringHeap& heap,
                                        const KeyBatch& keys);
  // Adds states of the same set (sources[k] is the first state) to the entries.
  void merge(std::byte* const* states, const std::byte* const* sources, size_t n, StringHeap* heap,
             const StringHeap* sourceHeap);

 private:
  struct Call {
    AggregateCall call;
    std::unique_ptr<Aggregator> aggregator;  // or
    std::unique_ptr<AggregateView> view;
    uint32_t offset = 0;
    int distinct = -1;  // index in distincts_
    size_t variant = 0;
    std::vector<ColumnPtr> args;  // of the batch being processed
    const uint8_t* mask = nullptr;
  };

  AggregateSet() = default;
  std::string nameOf(size_t call) const;
  std::vector<std::string> usersOf(size_t distinct) const;
  const uint8_t* filterMask(const Batch& batch, int filter, const uint8_t* live);
  AggregateRows rowsOf(const Call& call, std::byte* const* states, StringHeap* heap) const;

  std::vector<Call> calls_;
  std::vector<DistinctValues> distincts_;
  std::vector<uint32_t> keys_;
  std::vector<std::string> inputNames_;
  bool hasViews_ = false;
  uint32_t stateBytes_ = 0;
  uint32_t firstOffset_ = 0;
  std::vector<uint32_t> strings_;

  const Batch* batch_ = nullptr;
  const KeyBatch* keyBatch_ = nullptr;
  struct FilterMask {
    int column = -1;
    bool filled = false;
    std::vector<uint8_t> rows;
  };
  std::vector<FilterMask> filters_;
};

}  // namespace millrace
