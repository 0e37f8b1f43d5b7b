// The inside of KeyedRows: rows are linked to those of the same key, which are a value in a table
// of the keys.
#pragma once

#include <xxhash.h>

#include <cstddef>
#include <cstring>
#include <vector>

#include "state/keyed_rows.h"
#include "state/keyed_table.h"
#include "state/row_index.h"
#include "state/row_pages.h"
#include "state/snapshot_buffers.h"
#include "state/state_time.h"

namespace millrace {

// Before the operator's bytes and the row's bytes. Rows that are never erased have the first part
// only.
struct RowLink {
  RowLink* next;  // under the same key, by arrival
  uint32_t size;  // of the row's bytes
  uint32_t tag;   // in the index
  RowLink* previous;
  std::byte* owner;  // the key's value in the table
};
constexpr size_t kAppendOnlyBytes = offsetof(RowLink, previous);
static_assert(kAppendOnlyBytes % 8 == 0);

// With an index. Rows of one key with equal bytes form a ring of which the oldest is in the index.
struct IndexedRowLink : RowLink {
  IndexedRowLink* nextEqual;
  IndexedRowLink* previousEqual;
};

// The value of a key in the table.
struct RowList {
  RowLink* first;
  RowLink* last;
  uint64_t count;
};

inline RowList& listOf(std::byte* value) { return *reinterpret_cast<RowList*>(value); }
inline RowLink* linkOf(const StateRow* row) {
  return reinterpret_cast<RowLink*>(const_cast<StateRow*>(row));
}
inline StateRow* rowOf(RowLink* link) { return reinterpret_cast<StateRow*>(link); }

struct KeyedRows::Impl {
  static size_t headerBytesOf(const Options& options) {
    CHECK(!options.indexed || !options.appendOnly);
    if (options.appendOnly) return kAppendOnlyBytes;
    return options.indexed ? sizeof(IndexedRowLink) : sizeof(RowLink);
  }

  Impl(StateSchema stateSchema, Options rowOptions, const StateTime* stateTime);

  // In front of the operator's bytes: when the row was written, where rows live by themselves.
  int64_t& writtenOf(RowLink* link) const {
    return *reinterpret_cast<int64_t*>(reinterpret_cast<char*>(link) + extraOffset -
                                       sizeof(int64_t));
  }
  char* extraOf(RowLink* link) const { return reinterpret_cast<char*>(link) + extraOffset; }
  char* bytesOf(RowLink* link) const { return extraOf(link) + extraBytes; }
  size_t sizeOf(uint32_t rowBytes) const { return extraOffset + extraBytes + rowBytes; }

  RowLink* make(uint32_t size) {
    RowLink* link = reinterpret_cast<RowLink*>(pages.allocate(sizeOf(size)));
    link->size = size;
    if (timesRows) writtenOf(link) = time->nowMillis();
    if (extraBytes > 0) std::memset(extraOf(link), 0, extraBytes);
    return link;
  }

  // Requires: the row's bytes are written.
  void append(RowLink* link, std::byte* owner, uint64_t keyHash) {
    RowList& list = listOf(owner);
    link->next = nullptr;
    if (!options.appendOnly) {
      link->previous = list.last;
      link->owner = owner;
    }
    (list.last ? list.last->next : list.first) = link;
    list.last = link;
    ++list.count;
    ++numRows;
    if (options.indexed) addToIndex(static_cast<IndexedRowLink*>(link), keyHash);
  }
  // Takes a row out of the list of its key. before: the row in front of it, or nullptr.
  void unlink(RowList& list, RowLink* link, RowLink* before) {
    (before ? before->next : list.first) = link->next;
    if (link->next == nullptr) {
      list.last = before;
    } else if (!options.appendOnly) {
      link->next->previous = before;
    }
    --list.count;
  }

  bool equal(const RowLink* a, const std::byte* owner, const char* row, uint32_t size) const {
    return a->owner == owner && a->size == size &&
           std::memcmp(bytesOf(const_cast<RowLink*>(a)), row, size) == 0;
  }

  static uint32_t tagOf(uint64_t keyHash, const char* row, uint32_t size) {
    return static_cast<uint32_t>(XXH3_64bits_withSeed(row, size, keyHash) >> 32);
  }

  void addToIndex(IndexedRowLink* link, uint64_t keyHash) {
    const char* bytes = bytesOf(link);
    link->tag = tagOf(keyHash, bytes, link->size);
    index.reserveOne();
    size_t slot = index.find(
        link->tag, [&](RowLink* other) { return equal(other, link->owner, bytes, link->size); });
    IndexedRowLink* oldest = index.at(slot).row;
    if (oldest == nullptr) {
      link->nextEqual = link->previousEqual = link;
      index.insertAt(slot, link->tag, link);
      return;
    }
    link->nextEqual = oldest;
    link->previousEqual = oldest->previousEqual;
    oldest->previousEqual->nextEqual = link;
    oldest->previousEqual = link;
  }

  void removeFromIndex(IndexedRowLink* link) {
    size_t slot = index.find(link->tag, [&](RowLink* other) { return other == link; });
    if (index.at(slot).row == link) {
      if (link->nextEqual == link) {
        index.eraseAt(slot);
        return;
      }
      index.at(slot).row = link->nextEqual;
    }
    link->previousEqual->nextEqual = link->nextEqual;
    link->nextEqual->previousEqual = link->previousEqual;
  }

  void freeRow(RowLink* link) {
    if (options.indexed) removeFromIndex(static_cast<IndexedRowLink*>(link));
    pages.release(reinterpret_cast<char*>(link), sizeOf(link->size));
    --numRows;
  }

  // keyed_rows_snapshot.cc
  void writeKey(SnapshotBuffers::Group& group, const std::byte* value, int64_t keyMillis,
                int64_t limitMillis) const;
  Status readKey(SnapshotReader& reader);

  // keyed_rows_expiry.cc
  bool isTimed() const { return time != nullptr; }
  bool isExpired(RowLink* link, int64_t limitMillis) const {
    return timesRows && writtenOf(link) <= limitMillis;
  }
  int64_t limitMillis() const { return time->nowMillis() - schema.ttlMillis; }
  // When a row was written that was appended to the k-th of the keys looked for last.
  void setWritten(RowLink* link, std::byte* owner, size_t k, int64_t millis);
  // Takes the expired rows from the keys that were looked for last. Keys stay, even without rows.
  void expireFound(size_t n);
  // The same with one key that has expired rows. Returns the earliest time that is left,
  // TableExpiry::kNever = no row is.
  int64_t expireRows(std::byte* value, int64_t limitMillis);
  // How many rows of a key had not expired by then.
  uint64_t countLive(const RowList& list, int64_t keyMillis, int64_t limitMillis) const;

  StateSchema schema;
  Options options;
  RowLayout layout;
  KeyedTable keys;
  const StateTime* time;  // nullptr without a time to live
  bool timesRows;         // rows have times of their own
  // Rows have been written again, so that those of a key are not in the order of their times.
  bool touchesRows = false;
  int64_t lastGivenMillis = 0;
  size_t extraOffset;
  size_t extraBytes;
  RowPages pages;
  RowIndex<IndexedRowLink> index;
  size_t numRows = 0;
  // Buffers of one call.
  std::vector<std::byte*> owners;
  std::vector<uint32_t> sizes;
  std::vector<char*> targets;
  std::vector<char> scratch;
  std::vector<uint32_t> tags;
  std::vector<RowLink*> links;
};

}  // namespace millrace
