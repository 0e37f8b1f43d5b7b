// KeyedTable: key -> a fixed-size value (accumulators), with strings in a heap of its own.
//
// Every operation takes a batch of keys: hashes are computed by the KeyEncoder, slots are
// prefetched and probed together. Entries live in pages and never move: the address of a value is
// stable until the entry is erased. The table holds the keys of one range of key groups; its slots
// are in hash order, so a key group is one contiguous scan. Not thread-safe.
//
// With a time to live (StateSchema::ttlMillis) an entry that has not been written for so long is
// gone: an access finds it absent, snapshots leave it out, and removeExpired() frees it.
//
// Entries may be divided by a namespace (the end of a window slice): NamespacedTable keeps one
// KeyedTable per namespace and drops a whole namespace at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "base/result.h"
#include "state/key_batch.h"
#include "state/state_schema.h"
#include "state/string_heap.h"
#include "types/key_codec.h"

namespace millrace {

class EntrySaver;
class NamespacedSweep;
class SnapshotBuffers;
class SnapshotReader;
class StateSweep;
class StateTime;
class TableExpiry;
class TableSweep;

class KeyedTable {
 public:
  // Shared because the tables of one NamespacedTable have one schema. time: what a time to live is
  // counted by; it must outlive the table.
  explicit KeyedTable(std::shared_ptr<const StateSchema> schema, const StateTime* time = nullptr);
  KeyedTable(std::shared_ptr<const StateSchema> schema, std::shared_ptr<const KeyEncoder> encoder);
  ~KeyedTable();
  KeyedTable(KeyedTable&&) noexcept;
  KeyedTable& operator=(KeyedTable&&) noexcept;

  const StateSchema& schema() const { return *schema_; }
  const KeyEncoder& encoder() const { return *encoder_; }
  uint32_t valueBytes() const { return valueBytes_; }
  size_t size() const;
  size_t byteSize() const;
  // The key groups whose keys the table will hold (default: all). It only spreads the slots well:
  // other keys are stored all the same. Requires: empty.
  void setKeyGroups(KeyGroupRange range, uint32_t maxParallelism);
  StringHeap& strings() { return strings_; }
  const StringHeap& strings() const { return strings_; }

  // What looking for keys means for their time to live: they are written, or only those that are
  // new.
  enum class Access : uint8_t { kWrite, kLookAt };
  // values[k] = address of the value of key k, inserted as zeros when absent; isNew[k] = 1 for the
  // occurrence that inserted it (isNew may be nullptr). Keys may repeat within the batch.
  void findOrInsert(const KeyBatch& keys, std::byte** values, uint8_t* isNew,
                    Access access = Access::kWrite);
  // values[k] = address or nullptr.
  void find(const KeyBatch& keys, std::byte** values) const;
  // Makes room for that many entries. Call it before inserting the keys of another table's scan:
  // they come in hash order, and would crowd the slots of a small index.
  void reserve(size_t entries);
  // The entry of this value is written now.
  void touch(const std::byte* value) {
    if (expiry_) setWrittenMillis(value, INT64_MAX);
  }
  // Removes the entry of this value and frees its strings.
  void erase(std::byte* value);
  void clear();

  // Canonical key bytes of an entry (for KeyEncoder::decode) and its 64-bit hash.
  const char* keyBytes(const std::byte* value) const;
  uint32_t keySize(const std::byte* value) const;
  uint64_t keyHash(const std::byte* value) const;
  // One column per key type.
  std::vector<ColumnPtr> decodeKeys(const std::byte* const* values, size_t n) const;

  // Calls visit with runs of up to 1,024 values in slot (hash) order. The table must not change
  // meanwhile, except for erasing visited values.
  void forEach(const std::function<void(std::byte* const* values, size_t n)>& visit);

  // Marks all entries for a snapshot; the result saves them. Until it has, whatever the table hands
  // out is saved first, as it was at the mark. The table must outlive the result.
  std::unique_ptr<StateSweep> beginSnapshot(SnapshotBuffers& buffers);
  // Adds the entries of a snapshot whose key groups are in the range. They were written when the
  // snapshot says so, else now.
  Status restore(SnapshotReader& reader, KeyGroupRange range, uint32_t maxParallelism);

  // nullptr without a time to live.
  const StateTime* time() const;
  // When the entry of this value was written; 0 without a time to live.
  int64_t writtenMillis(const std::byte* value) const;
  // At the latest now. Nothing without a time to live.
  void setWrittenMillis(const std::byte* value, int64_t millis);
  // Frees some of the entries that have expired, none without a time to live. The values of others
  // stay where they are.
  void removeExpired();
  // When removeExpired() may have something to do; INT64_MAX = never, as things are.
  int64_t nextExpiryMillis() const;

  // For states made of a table: its entries have the earliest time of what hangs on them, and the
  // state decides when they go.
  void trackTimes(const StateTime& time, int64_t ttlMillis);
  // The time of the k-th key of the last call that looked for keys. Requires: it was found.
  int64_t& foundMillis(size_t k);
  // The time of an entry by its number; 0 when times are not tracked.
  int64_t entryMillis(uint32_t entry) const;
  // expire(values, n, left): takes from the values what has expired; left[i] is the earliest time
  // that the i-th of them still has, TableExpiry::kNever when it is empty: then it is removed.
  using Expire = std::function<void(std::byte* const* values, size_t n, int64_t* left)>;
  void removeExpired(const Expire& expire);

  // The same as beginSnapshot() with a saver of their own.
  void beginSweep(std::unique_ptr<EntrySaver> saver);
  bool isSwept() const { return sweep_ != nullptr; }
  // Saves some more entries; false when none are left: then the sweep has ended.
  bool sweepSome();
  void finishSweep();
  void abandonSweep();

 private:
  friend class TableSnapshot;
  struct Slots;
  // Saves the entry when that is still to be done.
  void preserve(const std::byte* value);
  void sweepSlots();
  // Whether the numbers of entries that are found have to be known.
  bool isTracked() const { return sweep_ != nullptr || expiry_ != nullptr; }
  void saveFound(std::byte* const* values, size_t n) const;
  void hideExpired(std::byte** values, size_t n) const;
  void renewExpired(std::byte** values, size_t n, uint8_t* isNew, Access access);
  void freeStrings(std::byte* value);
  // Gives memory back after a pass over all entries.
  void shrink();
  std::shared_ptr<const StateSchema> schema_;
  std::shared_ptr<const KeyEncoder> encoder_;
  uint32_t valueBytes_ = 0;
  std::unique_ptr<Slots> slots_;
  StringHeap strings_;
  std::unique_ptr<TableSweep> sweep_;    // while a snapshot is under way
  bool sweepsInOrder_ = false;           // of entry numbers, instead of the index
  std::unique_ptr<TableExpiry> expiry_;  // with a time to live
  bool hidesExpired_ = false;            // false: see trackTimes()
  // When isTracked(): the numbers of the entries that the last call has found, with kNewEntry those
  // that it has made.
  mutable std::vector<uint32_t> found_;
};

class NamespacedTable {
 public:
  explicit NamespacedTable(std::shared_ptr<const StateSchema> schema);
  ~NamespacedTable();

  const StateSchema& schema() const { return *schema_; }
  const KeyEncoder& encoder() const { return *encoder_; }
  // As KeyedTable::setKeyGroups, for every table made from now on.
  void setKeyGroups(KeyGroupRange range, uint32_t maxParallelism);
  // The table of a namespace, made when absent. Stable until drop().
  KeyedTable& at(int64_t space);
  KeyedTable* find(int64_t space);
  void drop(int64_t space);
  // Ascending.
  const std::map<int64_t, std::unique_ptr<KeyedTable>>& spaces() const { return spaces_; }
  size_t byteSize() const;

  // As KeyedTable::beginSnapshot. A namespace that is dropped meanwhile lives on until it is saved.
  std::unique_ptr<StateSweep> beginSnapshot(SnapshotBuffers& buffers);
  Status restore(SnapshotReader& reader, KeyGroupRange range, uint32_t maxParallelism);

 private:
  friend class NamespacedSweep;
  std::shared_ptr<const StateSchema> schema_;
  std::shared_ptr<const KeyEncoder> encoder_;
  KeyGroupRange range_;
  uint32_t maxParallelism_ = 0;  // 0 = not set
  std::map<int64_t, std::unique_ptr<KeyedTable>> spaces_;
  NamespacedSweep* sweep_ = nullptr;  // while a snapshot is under way
};

}  // namespace millrace
