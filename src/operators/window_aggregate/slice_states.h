// SliceStates: the accumulators of every key in every slice of a window aggregation.
//
// A slice is a namespace of the tables; dropping it frees all its memory. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "operators/window_aggregate/window_calls.h"
#include "runtime/operator.h"
#include "state/key_batch.h"
#include "state/keyed_table.h"

namespace millrace {

class SliceStates {
 public:
  // The tables of one slice, or of a window being put together.
  struct Space {
    KeyedTable* groups = nullptr;
    std::vector<KeyedTable*> multisets;
  };

  // numSpreading: how many of the keys, from the first on, spread the rows over the subtasks.
  // inputNames: what the input columns are, or empty; windows: what makes the slices. Both are for
  // the schemas of the states.
  SliceStates(WindowCalls calls, std::vector<uint32_t> keys, size_t numSpreading,
              std::vector<Type> input, std::vector<std::string> inputNames, std::string windows,
              bool retracts);

  Status open(StateStore& store);
  const WindowCalls& calls() const { return calls_; }
  // Ends of the slices that exist, ascending.
  const std::map<int64_t, std::unique_ptr<KeyedTable>>& slices() const { return groups_->spaces(); }
  bool has(int64_t slice) { return groups_->find(slice) != nullptr; }
  Space at(int64_t slice);
  void drop(int64_t slice);

  void beginBatch(const Batch& batch);
  // Folds rows of the batch into a slice, made when absent.
  void update(const Rows& rows, int64_t slice);
  // An empty window; the one handed out before is cleared.
  Space emptyWindow();
  void merge(const Space& source, const Space& target);

  // One run of a window's results: columns of keys, then of aggregates.
  using EmitRun = std::function<Status(std::vector<ColumnPtr> columns, size_t rows)>;
  // The keys of a window that have rows, in runs of up to 4,096.
  Status emit(const Space& window, const EmitRun& run);

 private:
  void countValues(const Rows& rows, const Space& space);
  void mergeGroups(const Space& source, const Space& target);
  void mergeMultiset(size_t m, const Space& source, const Space& target);
  void finishDeferred(const Space& window);
  // The states of the keys in front of a multiset's entry columns.
  void locateGroups(const Space& window, const std::vector<ColumnPtr>& columns, size_t n);
  // Without parts.
  StateSchema sliceSchema() const;
  StateSchema multisetSchema(size_t m) const;

  WindowCalls calls_;
  std::vector<uint32_t> keys_;
  size_t numSpreading_;
  std::vector<Type> input_;
  std::vector<std::string> inputNames_;
  std::string windows_;
  bool retracts_;
  NamespacedTable* groups_ = nullptr;
  std::vector<NamespacedTable*> multisets_;
  std::unique_ptr<KeyedTable> windowGroups_;
  std::vector<std::unique_ptr<KeyedTable>> windowMultisets_;

  const Batch* batch_ = nullptr;
  std::vector<ColumnPtr> keyColumns_;
  std::vector<ColumnPtr> valueColumns_;
  KeyBatch keyBatch_;
  KeyBatch valueKeys_;
  std::vector<std::byte*> states_;
  std::vector<std::byte*> values_;
  std::vector<std::byte*> all_;
};

}  // namespace millrace
