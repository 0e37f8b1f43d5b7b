// RowIndex: finds rows in state by a 32-bit hash of key and row bytes. Open addressing with removal
// by shifting back; the owner compares the rows. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace millrace {

template <typename Row>
class RowIndex {
 public:
  struct Slot {
    Row* row = nullptr;
    uint32_t tag = 0;
  };

  size_t byteSize() const { return slots_.capacity() * sizeof(Slot); }
  Slot& at(size_t i) { return slots_[i]; }
  bool empty() const { return size_ == 0; }
  void prefetch(uint32_t tag) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[home(tag)]);
  }

  // The slot of the row with this tag for which same(row) holds, else the free slot where it
  // belongs. Requires: reserveOne() was called before.
  template <typename Same>
  size_t find(uint32_t tag, Same&& same) const {
    size_t i = home(tag);
    while (slots_[i].row != nullptr && !(slots_[i].tag == tag && same(slots_[i].row))) {
      i = (i + 1) & mask_;
    }
    return i;
  }
  // Makes sure that one more row fits.
  void reserveOne() {
    if (size_ >= slots_.size() / 8 * 5) grow();
  }
  void insertAt(size_t i, uint32_t tag, Row* row) {
    slots_[i] = {row, tag};
    ++size_;
  }
  void eraseAt(size_t i) {
    --size_;
    for (size_t j = (i + 1) & mask_; slots_[j].row != nullptr; j = (j + 1) & mask_) {
      if (((j - home(slots_[j].tag)) & mask_) >= ((j - i) & mask_)) {
        slots_[i] = slots_[j];
        i = j;
      }
    }
    slots_[i] = Slot();
  }
  void clear() { *this = RowIndex(); }

 private:
  size_t home(uint32_t tag) const {
    return static_cast<size_t>((uint64_t{tag} * slots_.size()) >> 32);
  }
  void grow() {
    std::vector<Slot> old = std::move(slots_);
    slots_.assign(old.empty() ? 16 : old.size() * 2, Slot());
    mask_ = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.row == nullptr) continue;
      size_t i = home(slot.tag);
      while (slots_[i].row != nullptr) i = (i + 1) & mask_;
      slots_[i] = slot;
    }
  }

  std::vector<Slot> slots_;
  size_t mask_ = 0;
  size_t size_ = 0;
};

}  // namespace millrace
