// KeyedRows: key -> a multiset of rows in order of arrival (the two sides of a join, buffered
// rows).
//
// Rows are kept in the bytes of RowLayout, each with `extraBytes` of the operator's own (such as
// the number of matches of an outer join's row). Addresses of rows are stable until they are
// removed. With `indexed`, rows can be removed by value in constant time whatever the number of
// rows per key. Not thread-safe.
//
// With a time to live (StateSchema::ttlMillis) a row that has not been written for so long is gone,
// or with ttlOfKeys all rows of a key together: snapshots leave it out, the calls that take keys
// remove what has expired of those keys, and removeExpired() of others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "state/key_batch.h"
#include "state/state_schema.h"
#include "types/key_codec.h"
#include "types/row_codec.h"

namespace millrace {

class SnapshotBuffers;
class SnapshotReader;
class StateSweep;
class StateTime;

// A row in state; nullptr = none.
struct StateRow;

class KeyedRows {
 public:
  struct Options {
    bool indexed = false;  // findEqual() is used
    // No row is ever erased: rows are smaller. Nothing may be erased then, and no row be asked for
    // its key.
    bool appendOnly = false;
  };
  // time: what a time to live is counted by; it must outlive this.
  KeyedRows(StateSchema schema, Options options, const StateTime* time = nullptr);
  ~KeyedRows();

  const StateSchema& schema() const;
  const KeyEncoder& encoder() const;
  const RowLayout& layout() const;
  size_t numRows() const;
  size_t byteSize() const;
  // As KeyedTable::setKeyGroups.
  void setKeyGroups(KeyGroupRange range, uint32_t maxParallelism);

  // Appends the k-th of `rows` under key k. refs (optional): the new rows; extra bytes are zero.
  // writtenMillis (optional): when they were written, else now.
  void add(const KeyBatch& keys, std::span<const ColumnPtr> columns, const Rows& rows,
           StateRow** refs = nullptr, const int64_t* writtenMillis = nullptr);
  // The oldest row equal to the k-th of `rows` under key k: to be looked at, then erased. nullptr
  // when there is none. Equal rows of one call get the same answer: erase, then look again.
  // Requires: indexed.
  void findEqual(const KeyBatch& keys, std::span<const ColumnPtr> columns, const Rows& rows,
                 StateRow** refs) const;
  // The first (oldest) row of each key, or nullptr.
  void first(const KeyBatch& keys, StateRow** refs) const;
  // The row after `row` under the same key, or nullptr.
  static StateRow* next(const StateRow* row);
  // The number of rows under the key of `row`.
  static size_t keyCount(const StateRow* row);
  // Canonical bytes and hash of the key of `row`.
  std::string_view keyBytes(const StateRow* row) const;
  uint64_t keyHash(const StateRow* row) const;

  // The bytes for RowLayout::decode, and the operator's own bytes (8-byte aligned).
  const char* rowBytes(const StateRow* row) const;
  std::byte* extra(StateRow* row) const;

  // nullptr without a time to live.
  const StateTime* time() const;
  // When the row, or its key with ttlOfKeys, was written; 0 without a time to live. Not of keys
  // with appendOnly.
  int64_t writtenMillis(const StateRow* row) const;
  // The row is written now. Nothing where rows do not live by themselves.
  void touch(StateRow* row);
  // The keys are written now, when there are rows of them. Nothing without ttlOfKeys.
  void touchKeys(const KeyBatch& keys);
  // Frees some of the rows that have expired, none without a time to live. Others stay where they
  // are.
  void removeExpired();
  int64_t nextExpiryMillis() const;  // as that of KeyedTable

  void erase(StateRow* row);
  // Removes all rows of the key of `row`.
  void eraseKeyOf(StateRow* row);
  void clear();

  // Visits the first row of every key. The rows of visited keys may be erased meanwhile.
  void forEachKey(const std::function<void(StateRow* first)>& visit);

  // Marks all keys for a snapshot; the result saves them with their rows. Until it has, a key is
  // saved as it was at the mark before its rows are handed out. This must outlive the result.
  std::unique_ptr<StateSweep> beginSnapshot(SnapshotBuffers& buffers);
  Status restore(SnapshotReader& reader, KeyGroupRange range, uint32_t maxParallelism);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace
