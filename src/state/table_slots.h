// The inside of a KeyedTable, shared with the code that snapshots it: entries of
//
//   hash (8 bytes) | key: 8, 16 bytes or a StateString | value
//
// found through HashSlots by the upper half of the hash.
#pragma once

#include <cstring>
#include <vector>

#include "state/entry_pages.h"
#include "state/hash_slots.h"
#include "state/keyed_table.h"

namespace millrace {

// Marks the number of an entry that has just been made.
inline constexpr uint32_t kNewEntry = uint32_t{1} << 31;

struct KeyedTable::Slots {
  static constexpr uint32_t kHashBytes = 8;

  Slots(KeyEncoder::Kind keyKind, uint32_t valueBytes)
      : kind(keyKind),
        keyBytes(keyKind == KeyEncoder::Kind::kInline8 ? 8 : 16),
        pages(kHashBytes + keyBytes + valueBytes) {}

  uint32_t headerBytes() const { return kHashBytes + keyBytes; }
  const std::byte* entryOf(const std::byte* value) const { return value - headerBytes(); }
  static uint64_t hashOf(const std::byte* entry) {
    uint64_t hash;
    std::memcpy(&hash, entry, sizeof(hash));
    return hash;
  }
  static const StateString& keyString(const std::byte* entry) {
    return *reinterpret_cast<const StateString*>(entry + kHashBytes);
  }

  uint32_t slotOf(const std::byte* value) const;

  KeyEncoder::Kind kind;
  uint32_t keyBytes;
  HashSlots index;
  EntryPages pages;
  std::vector<uint32_t> strings;  // offsets of StateStrings in the value
};

}  // namespace millrace
