// KeyedTable: key -> a fixed-size value (accumulators), with strings in a heap of its own.
//
// Every operation takes a batch of keys: hashes are computed by the KeyEncoder, slots are
// prefetched and probed together. Entries live in pages and never move: the address of a value is
// stable until the entry is erased. The table holds the keys of one range of key groups; its slots
// are in hash order, so a key group is one contiguous scan. Not thread-safe.
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
class TableSweep;

class KeyedTable {
 public:
  // Shared because the tables of one NamespacedTable have one schema.
  explicit KeyedTable(std::shared_ptr<const StateSchema> schema);
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

  // values[k] = address of the value of key k, inserted as zeros when absent; isNew[k] = 1 for the
  // occurrence that inserted it (isNew may be nullptr). Keys may repeat within the batch.
  void findOrInsert(const KeyBatch& keys, std::byte** values, uint8_t* isNew);
  // values[k] = address or nullptr.
  void find(const KeyBatch& keys, std::byte** values) const;
  // Makes room for that many entries. Call it before inserting the keys of another table's scan:
  // they come in hash order, and would crowd the slots of a small index.
  void reserve(size_t entries);
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
  // Adds the entries of a snapshot whose key groups are in the range.
  Status restore(SnapshotReader& reader, KeyGroupRange range, uint32_t maxParallelism);

  // For states made of a table: the same with a saver of their own.
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
  std::shared_ptr<const StateSchema> schema_;
  std::shared_ptr<const KeyEncoder> encoder_;
  uint32_t valueBytes_ = 0;
  std::unique_ptr<Slots> slots_;
  StringHeap strings_;
  std::unique_ptr<TableSweep> sweep_;  // while a snapshot is under way
  bool sweepsInOrder_ = false;         // of entry numbers, instead of the index
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
