#include "state/hash_slots.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "state/entry_pages.h"

namespace millrace {

namespace {

constexpr size_t kFirstCapacity = 16;

// Entries per 8 slots. Probes stay short and a slot is small beside its entry.
constexpr size_t kLoadEighths = 5;

// An index shrinks when it has so many times the slots that it needs.
constexpr size_t kShrinkFactor = 8;

}  // namespace

HashSlots::~HashSlots() { releasePages(slots_); }

void HashSlots::setKeyGroups(KeyGroupRange range, uint32_t maxParallelism) {
  CHECK(size_ == 0);
  auto firstHashOf = [&](uint64_t group) {
    return ((group << 32) + maxParallelism - 1) / maxParallelism;
  };
  uint64_t first = firstHashOf(range.first);
  base_ = static_cast<uint32_t>(first);
  width_ = std::max<uint64_t>(firstHashOf(uint64_t{range.last} + 1) - first, 1);
  clear();
}

void HashSlots::rescale() {
  unsigned __int128 scaled = static_cast<unsigned __int128>(capacity()) << 32;
  scale_ = static_cast<uint64_t>(scaled / width_);
}

void HashSlots::grow() { resize(capacity() == 0 ? kFirstCapacity : capacity() * 2); }

void HashSlots::reserve(size_t entries) {
  if (entries <= limit_) return;
  size_t needed = kFirstCapacity;
  while (needed / 8 * kLoadEighths < entries) needed *= 2;
  resize(needed);
}

void HashSlots::shrink() {
  size_t needed = kFirstCapacity;
  while (needed / 8 * kLoadEighths < size_ * 2) needed *= 2;
  if (needed * kShrinkFactor <= capacity()) resize(needed);
}

void HashSlots::resize(size_t newCapacity) {
  size_t oldCapacity = capacity();
  CHECK(newCapacity <= uint64_t{1} << 32, "too many entries in one state");
  Slot* old = slots_;
  slots_ = static_cast<Slot*>(allocatePages(newCapacity * sizeof(Slot)));
  std::memset(static_cast<void*>(slots_), 0, newCapacity * sizeof(Slot));
  mask_ = static_cast<uint32_t>(newCapacity - 1);
  limit_ = newCapacity / 8 * kLoadEighths;
  rescale();
  for (size_t i = 0; i < oldCapacity; ++i) {
    if (old[i].entry == 0) continue;
    uint32_t target = home(old[i].tag);
    while (slots_[target].entry != 0) target = next(target);
    slots_[target] = old[i];
  }
  releasePages(old);
}

void HashSlots::eraseAt(uint32_t i) {
  --size_;
  for (uint32_t j = next(i); slots_[j].entry != 0; j = next(j)) {
    // Entry j may move to the hole when its home is not after the hole (going round from j).
    uint32_t distance = (j - home(slots_[j].tag)) & mask_;
    if (distance >= ((j - i) & mask_)) {
      slots_[i] = slots_[j];
      i = j;
    }
  }
  slots_[i] = Slot();
}

void HashSlots::clear() {
  releasePages(slots_);
  slots_ = nullptr;
  mask_ = 0;
  size_ = 0;
  limit_ = 0;
}

}  // namespace millrace
