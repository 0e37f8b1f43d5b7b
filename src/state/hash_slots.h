// HashSlots: an open-addressing index from 32-bit hashes to entry numbers, in hash order.
//
// The home slot of a hash is proportional to its place in the range of hashes that the index holds,
// so a scan of the slots meets the key groups one after the other (up to displaced entries at the
// borders). Linear probing; removal shifts entries back, so there are no tombstones. Growth moves
// slots only. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "types/key_hash.h"

namespace millrace {

class HashSlots {
 public:
  struct Slot {
    uint32_t tag = 0;    // the 32-bit hash
    uint32_t entry = 0;  // 0 = free
  };

  HashSlots() = default;
  ~HashSlots();
  HashSlots(const HashSlots&) = delete;
  HashSlots& operator=(const HashSlots&) = delete;

  // The hashes to expect; others are stored all the same, out of order. Requires: empty.
  void setKeyGroups(KeyGroupRange range, uint32_t maxParallelism);

  size_t size() const { return size_; }
  size_t capacity() const { return slots_ ? size_t{mask_} + 1 : 0; }
  size_t byteSize() const { return capacity() * sizeof(Slot); }
  const Slot& at(uint32_t i) const { return slots_[i]; }
  uint32_t next(uint32_t i) const { return (i + 1) & mask_; }
  // Requires: capacity() > 0.
  uint32_t home(uint32_t tag) const {
    return static_cast<uint32_t>((uint64_t{tag - base_} * scale_) >> 32) & mask_;
  }
  void prefetch(uint32_t tag) const { __builtin_prefetch(&slots_[home(tag)]); }

  // True when one more entry needs grow() first.
  bool full() const { return size_ >= limit_; }
  void grow();
  // Makes room for that many entries altogether.
  void reserve(size_t entries);
  // Gives back memory when there are few entries.
  void shrink();
  // Fills a free slot. Requires: it is the first free one from the tag's home on.
  void insertAt(uint32_t i, uint32_t tag, uint32_t entry) {
    slots_[i] = {tag, entry};
    ++size_;
  }
  // Frees slot i.
  void eraseAt(uint32_t i);
  void clear();

 private:
  void rescale();
  void resize(size_t newCapacity);

  Slot* slots_ = nullptr;
  uint32_t mask_ = 0;
  uint32_t base_ = 0;
  uint64_t width_ = uint64_t{1} << 32;
  uint64_t scale_ = 0;
  size_t size_ = 0;
  size_t limit_ = 0;
};

}  // namespace millrace
