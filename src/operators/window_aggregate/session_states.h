// SessionStates: the open sessions of every key and their accumulators.
//
// A session has an id that is unique under its key as long as it is open: the time of its first row.
// Sessions of a key never touch each other. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "operators/window_aggregate/window_calls.h"
#include "runtime/operator.h"
#include "state/key_batch.h"
#include "state/keyed_rows.h"
#include "state/keyed_sorted_rows.h"
#include "state/keyed_table.h"

namespace millrace {

struct Session {
  int64_t start = 0;
  int64_t end = 0;
  int64_t id = 0;
};

// The sessions of each key, in order of their start.
class SessionList {
 public:
  Status open(StateStore& store, std::vector<Type> key);
  KeyedSortedRows& rows() { return *rows_; }

  // The sessions that touch [start, end], ascending; their ranks are first, first + 1, ...
  void touching(const SortedGroup* group, int64_t start, int64_t end, size_t& first,
                std::vector<Session>& found) const;
  // The rank of the session with this id, or SIZE_MAX.
  size_t find(const SortedGroup* group, int64_t id) const;
  Session at(const SortedGroup* group, size_t rank) const;
  void insert(SortedGroup* group, const Session& session);
  void setEnd(const SortedGroup* group, size_t rank, int64_t end);

 private:
  struct Extra {
    int64_t end;
    int64_t id;
  };
  Extra& extra(const SortedGroup* group, size_t rank) const;

  KeyedSortedRows* rows_ = nullptr;
  std::string row_;  // an encoded row, to be filled in
};

class SessionStates {
 public:
  SessionStates(WindowCalls calls, std::vector<uint32_t> keys, std::vector<Type> input,
                bool retracts);
  Status open(StateStore& store);

  void beginBatch(const Batch& batch);
  // Folds rows into sessions; ids[k] and owners[k] (the hash of the group's key) are of rows[k].
  void update(const Rows& rows, const int64_t* ids, const uint64_t* owners);
  // Adds the second session of a row's key to the first and removes it.
  void merge(uint32_t row, uint64_t owner, int64_t target, int64_t source);
  // The results of sessions that have rows; kept[i] is the position of the i-th one among the ids.
  // The keys' columns hold one row per session. Removes all of them.
  std::vector<ColumnPtr> take(const std::vector<ColumnPtr>& keys, const std::vector<int64_t>& ids,
                              const uint64_t* owners, std::vector<uint32_t>& kept);

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
