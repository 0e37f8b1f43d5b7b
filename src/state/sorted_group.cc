#include "state/sorted_group.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace millrace {

namespace {

using Item = SortedGroup::Item;
using Probe = SortedGroup::Probe;

std::string_view keyOf(const SortedRow* row, size_t keyOffset) {
  return {reinterpret_cast<const char*>(row) + keyOffset + row->rowBytes, row->keyBytes};
}

int compare(const Probe& probe, const Item& item, size_t keyOffset) {
  if (probe.prefix != item.prefix) return probe.prefix < item.prefix ? -1 : 1;
  return probe.key.compare(keyOf(item.row, keyOffset));
}

uint32_t upperBoundIn(const Item* items, uint32_t count, const Probe& probe, size_t keyOffset) {
  return static_cast<uint32_t>(std::upper_bound(items, items + count, probe,
                                                [&](const Probe& p, const Item& item) {
                                                  return compare(p, item, keyOffset) < 0;
                                                }) -
                               items);
}

uint32_t lowerBoundIn(const Item* items, uint32_t count, const Probe& probe, size_t keyOffset) {
  return static_cast<uint32_t>(std::lower_bound(items, items + count, probe,
                                                [&](const Item& item, const Probe& p) {
                                                  return compare(p, item, keyOffset) > 0;
                                                }) -
                               items);
}

void insertItem(Item* items, uint32_t count, uint32_t position, Item item) {
  std::memmove(items + position + 1, items + position, (count - position) * sizeof(Item));
  items[position] = item;
}

Item* allocateItems(RowPages& pages, size_t n) {
  return reinterpret_cast<Item*>(pages.allocate(n * sizeof(Item)));
}

void releaseItems(RowPages& pages, Item* items, size_t n) {
  pages.release(reinterpret_cast<char*>(items), n * sizeof(Item));
}

}  // namespace

SortedGroup::Probe::Probe(std::string_view sortKey) : prefix(0), key(sortKey) {
  if (!key.empty()) {
    std::memcpy(&prefix, key.data(), std::min<size_t>(key.size(), sizeof(prefix)));
  }
  prefix = __builtin_bswap64(prefix);
}

Item& SortedGroup::itemAt(size_t rank) const {
  if (chunks_ == nullptr) return items_[rank];
  size_t c = 0;
  while (rank >= chunks_->counts[c]) rank -= chunks_->counts[c++];
  return chunks_->arrays[c][rank];
}

SortedRow* SortedGroup::at(size_t rank) const { return itemAt(rank).row; }

SortedRow* SortedGroup::replaceAt(size_t rank, SortedRow* row) {
  return std::exchange(itemAt(rank).row, row);
}

void SortedGroup::growArray(RowPages& pages) {
  uint64_t capacity = capacity_ == 0 ? 1 : capacity_ * 2;
  Item* items = allocateItems(pages, capacity);
  if (count_ > 0) std::memcpy(items, items_, count_ * sizeof(Item));
  if (capacity_ > 0) releaseItems(pages, items_, capacity_);
  items_ = items;
  capacity_ = capacity;
}

void SortedGroup::splitIntoChunks() {
  chunks_ = new Chunks();
  chunks_->arrays.push_back(items_);
  chunks_->counts.push_back(static_cast<uint32_t>(count_));
  items_ = nullptr;
  capacity_ = 0;
}

size_t SortedGroup::insert(RowPages& pages, const Probe& probe, SortedRow* row, size_t keyOffset) {
  Item item{probe.prefix, row};
  if (chunks_ == nullptr && count_ == kChunk) splitIntoChunks();
  if (chunks_ != nullptr) {
    ++count_;
    return insertIntoChunks(pages, probe, item, keyOffset);
  }
  if (count_ == capacity_) growArray(pages);
  uint32_t count = static_cast<uint32_t>(count_++);
  uint32_t position = upperBoundIn(items_, count, probe, keyOffset);
  insertItem(items_, count, position, item);
  return position;
}

size_t SortedGroup::splitChunk(RowPages& pages, size_t c, bool appending) {
  // Rows that arrive in order leave full chunks behind.
  uint32_t keep = appending ? kChunk : kChunk / 2;
  Item* second = allocateItems(pages, kChunk);
  std::memcpy(second, chunks_->arrays[c] + keep, (kChunk - keep) * sizeof(Item));
  chunks_->counts[c] = keep;
  chunks_->arrays.insert(chunks_->arrays.begin() + static_cast<std::ptrdiff_t>(c) + 1, second);
  chunks_->counts.insert(chunks_->counts.begin() + static_cast<std::ptrdiff_t>(c) + 1,
                         kChunk - keep);
  return keep;
}

size_t SortedGroup::insertIntoChunks(RowPages& pages, const Probe& probe, Item item,
                                     size_t keyOffset) {
  auto& arrays = chunks_->arrays;
  auto& counts = chunks_->counts;
  // The first chunk whose last row is behind the new one, else the last chunk.
  size_t low = 0, high = arrays.size() - 1;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (compare(probe, arrays[middle][counts[middle] - 1], keyOffset) < 0) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  size_t c = low;
  uint32_t position = upperBoundIn(arrays[c], counts[c], probe, keyOffset);
  if (counts[c] == kChunk) {
    bool appending = c + 1 == arrays.size() && position == kChunk;
    size_t keep = splitChunk(pages, c, appending);
    if (position > keep || appending) {
      position -= static_cast<uint32_t>(keep);
      ++c;
    }
  }
  insertItem(arrays[c], counts[c], position, item);
  ++counts[c];
  size_t rank = position;
  for (size_t i = 0; i < c; ++i) rank += counts[i];
  return rank;
}

size_t SortedGroup::lowerBound(const Probe& probe, size_t keyOffset) const {
  if (chunks_ == nullptr) {
    return lowerBoundIn(items_, static_cast<uint32_t>(count_), probe, keyOffset);
  }
  const auto& arrays = chunks_->arrays;
  const auto& counts = chunks_->counts;
  size_t low = 0, high = arrays.size();
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (compare(probe, arrays[middle][counts[middle] - 1], keyOffset) <= 0) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  size_t rank = 0;
  for (size_t i = 0; i < low; ++i) rank += counts[i];
  if (low == arrays.size()) return rank;
  return rank + lowerBoundIn(arrays[low], counts[low], probe, keyOffset);
}

void SortedGroup::removeChunk(RowPages& pages, size_t c) {
  releaseItems(pages, chunks_->arrays[c], kChunk);
  chunks_->arrays.erase(chunks_->arrays.begin() + static_cast<std::ptrdiff_t>(c));
  chunks_->counts.erase(chunks_->counts.begin() + static_cast<std::ptrdiff_t>(c));
}

void SortedGroup::mergeChunks(RowPages& pages, size_t c) {
  auto& counts = chunks_->counts;
  if (c > 0 && (c + 1 == counts.size() || counts[c - 1] < counts[c + 1])) --c;
  if (c + 1 >= counts.size() || counts[c] + counts[c + 1] > kChunk / 2) return;
  std::memcpy(chunks_->arrays[c] + counts[c], chunks_->arrays[c + 1], counts[c + 1] * sizeof(Item));
  counts[c] += counts[c + 1];
  removeChunk(pages, c + 1);
}

SortedRow* SortedGroup::eraseAt(RowPages& pages, size_t rank) {
  --count_;
  if (chunks_ == nullptr) {
    SortedRow* row = items_[rank].row;
    std::memmove(items_ + rank, items_ + rank + 1, (count_ - rank) * sizeof(Item));
    return row;
  }
  size_t c = 0;
  while (rank >= chunks_->counts[c]) rank -= chunks_->counts[c++];
  Item* items = chunks_->arrays[c];
  SortedRow* row = items[rank].row;
  uint32_t left = --chunks_->counts[c];
  std::memmove(items + rank, items + rank + 1, (left - rank) * sizeof(Item));
  if (chunks_->arrays.size() > 1) {
    if (left == 0) {
      removeChunk(pages, c);
    } else if (left < kChunk / 4) {
      mergeChunks(pages, c);
    }
  }
  leaveChunks();
  return row;
}

// One chunk is an array again.
void SortedGroup::leaveChunks() {
  if (chunks_->arrays.size() > 1) return;
  items_ = chunks_->arrays[0];
  capacity_ = kChunk;
  delete chunks_;
  chunks_ = nullptr;
}

void SortedGroup::keepChunks(RowPages& pages, size_t last, uint32_t count) {
  chunks_->counts[last] = count;
  while (chunks_->arrays.size() > last + 1) removeChunk(pages, chunks_->arrays.size() - 1);
  count_ = last * kChunk + count;
  leaveChunks();
}

void SortedGroup::releaseArrays(RowPages& pages) {
  if (chunks_ != nullptr) {
    for (Item* items : chunks_->arrays) releaseItems(pages, items, kChunk);
    delete chunks_;
    chunks_ = nullptr;
  } else if (capacity_ > 0) {
    releaseItems(pages, items_, capacity_);
  }
  items_ = nullptr;
  capacity_ = 0;
  count_ = 0;
}

}  // namespace millrace
