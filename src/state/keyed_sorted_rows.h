// KeyedSortedRows: key -> rows in a given order (Top-N, retractable MIN and MAX, sorted buffers).
//
// Rows of one key are ordered by their memcmp-comparable sort key (types/sort_key.h), equal ones by
// arrival. A key's few rows are a sorted array; many are kept in sorted chunks. Rows are kept in
// the bytes of RowLayout with `extraBytes` of the operator's own. Not thread-safe.
//
// A time to live is as that of KeyedRows. With ttlOfKeys findOrInsert() writes the keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "state/keyed_rows.h"
#include "state/state_schema.h"
#include "types/key_codec.h"
#include "types/row_codec.h"

namespace millrace {

// The rows of one key. Stable until drop() is called with it.
class SortedGroup;

class KeyedSortedRows {
 public:
  // time: what a time to live is counted by; it must outlive this.
  explicit KeyedSortedRows(StateSchema schema, const StateTime* time = nullptr);
  ~KeyedSortedRows();

  const StateSchema& schema() const;
  const KeyEncoder& encoder() const;
  const RowLayout& layout() const;
  size_t numRows() const;
  size_t byteSize() const;
  // As KeyedTable::setKeyGroups.
  void setKeyGroups(KeyGroupRange range, uint32_t maxParallelism);

  // groups[k] = the rows of key k, an empty group when the key is new.
  void findOrInsert(const KeyBatch& keys, SortedGroup** groups);
  // groups[k] = the group or nullptr.
  void find(const KeyBatch& keys, SortedGroup** groups) const;
  static size_t size(const SortedGroup* group);
  // Brings what insert() and lowerBound() look at first into the cache.
  static void prefetch(const SortedGroup* group);

  // Inserts a row (bytes of RowLayout) behind all rows with a sort key <= its own; returns its rank
  // (0 = first). The bytes are copied. `inserted` (optional) is the new row.
  size_t insert(SortedGroup* group, std::string_view sortKey, std::string_view row,
                StateRow** inserted = nullptr);
  // The rank of the first row with this sort key and these bytes, or SIZE_MAX.
  size_t rankOf(const SortedGroup* group, std::string_view sortKey, std::string_view row) const;
  // The rank of the first row with a sort key >= this one; size() when there is none.
  size_t lowerBound(const SortedGroup* group, std::string_view sortKey) const;
  StateRow* at(const SortedGroup* group, size_t rank) const;
  void eraseAt(SortedGroup* group, size_t rank);
  // The row at `rank` becomes this one, which is written now; its sort key stays. Its extra bytes
  // are zero.
  void replaceAt(SortedGroup* group, size_t rank, std::string_view row);
  // Removes the group itself. Requires: it came from this structure.
  void drop(SortedGroup* group);

  // nullptr without a time to live.
  const StateTime* time() const;
  // When the row, or the group with ttlOfKeys, was written; 0 without a time to live.
  int64_t writtenMillis(const SortedGroup* group, const StateRow* row) const;
  // Sets it, to now at the latest.
  void setWrittenMillis(SortedGroup* group, StateRow* row, int64_t millis);
  // As KeyedRows::removeExpired.
  void removeExpired();
  int64_t nextExpiryMillis() const;  // as that of KeyedTable

  std::string_view sortKey(const StateRow* row) const;
  const char* rowBytes(const StateRow* row) const;
  uint32_t rowSize(const StateRow* row) const;
  std::byte* extra(StateRow* row) const;
  // Canonical bytes and hash of the group's key.
  std::string_view keyBytes(const SortedGroup* group) const;
  uint64_t keyHash(const SortedGroup* group) const;

  // Visited groups may be dropped meanwhile.
  void forEachGroup(const std::function<void(SortedGroup*)>& visit);
  void clear();

  // Marks all keys for a snapshot; the result saves them with their rows. Until it has, a key is
  // saved as it was at the mark before its rows are handed out. This must outlive the result.
  std::unique_ptr<StateSweep> beginSnapshot(SnapshotBuffers& buffers);
  Status restore(SnapshotReader& reader, KeyGroupRange range, uint32_t maxParallelism);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace
