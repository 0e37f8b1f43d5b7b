// PlaceIndex: where in a growing list an equal item stands, without comparing each with each. Few
// items are looked at one by one, which is faster for them; many are found by their hashes.
//
//   PlaceIndex index;
//   size_t place = index.find(items, item, hashOf, equals);
//   if (place == items.size()) items.push_back(item);
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace millrace {

// The list belongs to the caller, who may append to it between two calls; after any other change,
// clear() is due. Not thread-safe.
class PlaceIndex {
 public:
  static constexpr size_t kFew = 16;

  // The place of the first item that equals the wanted one, or items.size(). `hashOf(item)` is a
  // uint64_t, the same for items that `equals(item, item)`.
  template <typename Item, typename HashOf, typename Equals>
  size_t find(const std::vector<Item>& items, const Item& wanted, const HashOf& hashOf,
              const Equals& equals) {
    if (items.size() <= kFew) {
      size_t place = 0;
      while (place < items.size() && !equals(items[place], wanted)) ++place;
      return place;
    }
    for (; indexed_ < items.size(); ++indexed_) {
      if ((numUsed_ + 1) * 2 > slots_.size()) grow();
      // Of equal items only the first has a slot: a thousand equal ones are no chain to walk.
      Slot& slot = slotOf(items, items[indexed_], hashOf, equals);
      if (slot.place != kEmpty) continue;
      slot = {spread(hashOf(items[indexed_])), indexed_};
      ++numUsed_;
    }
    size_t place = slotOf(items, wanted, hashOf, equals).place;
    return place == kEmpty ? items.size() : place;
  }

  void clear() {
    slots_.clear();
    indexed_ = 0;
    numUsed_ = 0;
  }

 private:
  static constexpr size_t kEmpty = SIZE_MAX;
  struct Slot {
    uint64_t hash = 0;
    size_t place = kEmpty;
  };

  // Hashes of integers often differ in their high bits only, and slots are chosen by the low ones.
  static uint64_t spread(uint64_t hash) {
    hash *= 0x9E3779B97F4A7C15ULL;
    return hash ^ (hash >> 32);
  }

  template <typename Item, typename HashOf, typename Equals>
  Slot& slotOf(const std::vector<Item>& items, const Item& item, const HashOf& hashOf,
               const Equals& equals) {
    uint64_t hash = spread(hashOf(item));
    size_t mask = slots_.size() - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
      Slot& slot = slots_[at];
      if (slot.place == kEmpty || (slot.hash == hash && equals(items[slot.place], item))) {
        return slot;
      }
    }
  }

  void grow() {
    std::vector<Slot> before(slots_.empty() ? kFew * 4 : slots_.size() * 2);
    std::swap(before, slots_);
    size_t mask = slots_.size() - 1;
    for (const Slot& slot : before) {
      if (slot.place == kEmpty) continue;
      size_t at = slot.hash & mask;
      while (slots_[at].place != kEmpty) at = (at + 1) & mask;
      slots_[at] = slot;
    }
  }

  std::vector<Slot> slots_;  // their number is a power of two; at most half of them are used
  size_t indexed_ = 0;       // how many items of the list have been looked at
  size_t numUsed_ = 0;
};

}  // namespace millrace
