// SessionStates: the accumulators of every key and open session. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "operators/window/session_windows.h"
#include "operators/window_aggregate/window_calls.h"
#include "runtime/operator.h"
#include "state/key_batch.h"
#include "state/keyed_rows.h"
#include "state/keyed_table.h"

namespace millrace {

class SessionStates final : public SessionContents {
 public:
  // inputNames: what the input columns are, for the schemas of states; may be empty.
  SessionStates(WindowCalls calls, std::vector<uint32_t> keys, std::vector<Type> input,
                std::vector<std::string> inputNames, bool retracts);
  Status open(StateStore& store) override;

  void beginBatch(const Batch& batch) override;
  void update(const Rows& rows, const int64_t* ids, const uint64_t* owners) override;
  void merge(uint32_t row, uint64_t owner, int64_t target, int64_t source) override;
  std::vector<ColumnPtr> take(const std::vector<ColumnPtr>& keys, const std::vector<int64_t>& ids,
                              const uint64_t* owners, std::vector<uint32_t>& kept) override;

 private:
  // Encodes (key, id) for the rows of key columns.
  void encode(std::vector<ColumnPtr> keys, const Rows& rows, const int64_t* ids,
              const uint64_t* owners, KeyBatch& out);
  void countValues(const Rows& rows);
  void mergeMultiset(size_t m, const KeyBatch& target, const KeyBatch& source, std::byte* state);
  void finishDeferred();
  int64_t* countsOf(size_t m, StateRow* row) const {
    return reinterpret_cast<int64_t*>(multisets_[m]->extra(row));
  }

  WindowCalls calls_;
  std::vector<uint32_t> keys_;
  std::vector<Type> input_;
  std::vector<std::string> inputNames_;
  bool retracts_;
  uint32_t maxParallelism_ = 0;
  KeyedTable* states_ = nullptr;
  std::vector<KeyedRows*> multisets_;

  const Batch* batch_ = nullptr;
  std::vector<ColumnPtr> keyColumns_;
  KeyBatch sessionKeys_;
  KeyBatch one_;
  KeyBatch other_;
  std::vector<std::byte*> values_;
};

}  // namespace millrace
