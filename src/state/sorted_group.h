// SortedGroup: the rows of one key of KeyedSortedRows, ordered by sort key, then by arrival.
//
// Up to 128 rows are one array; more are a list of such arrays. Items carry the first 8 bytes of
// the sort key, so that most comparisons do not touch the row. All zero is the empty group: it is
// the value of a KeyedTable entry. Not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "state/row_pages.h"

namespace millrace {

// In front of the operator's bytes, the row's bytes and the sort key.
struct SortedRow {
  uint32_t rowBytes;
  uint32_t keyBytes;
};

class SortedGroup {
 public:
  static constexpr uint32_t kChunk = 128;

  struct Item {
    uint64_t prefix;
    SortedRow* row;
  };

  // What is to be found: a sort key and its prefix.
  struct Probe {
    explicit Probe(std::string_view sortKey);
    uint64_t prefix;
    std::string_view key;
  };

  size_t size() const { return count_; }
  void prefetch() const { __builtin_prefetch(items_); }
  SortedRow* at(size_t rank) const;
  // Puts a row with the same sort key in the place of another one, which the caller frees.
  SortedRow* replaceAt(size_t rank, SortedRow* row);
  // Inserts behind all rows with a key <= the probe's; returns the rank. keyOffset: from a
  // SortedRow to the end of the operator's bytes.
  size_t insert(RowPages& pages, const Probe& probe, SortedRow* row, size_t keyOffset);
  // The rank of the first row with a key >= the probe's.
  size_t lowerBound(const Probe& probe, size_t keyOffset) const;
  // Takes the row out; the caller frees it.
  SortedRow* eraseAt(RowPages& pages, size_t rank);
  // Takes out all rows for which drop(row) is true; drop frees them.
  template <typename Drop>
  void eraseIf(RowPages& pages, Drop drop) {
    if (chunks_ == nullptr) {
      uint32_t kept = 0;
      for (uint32_t i = 0; i < count_; ++i) {
        if (!drop(items_[i].row)) items_[kept++] = items_[i];
      }
      count_ = kept;
      return;
    }
    // Chunks are filled up from the first on.
    size_t chunk = 0;
    uint32_t kept = 0;
    for (size_t c = 0; c < chunks_->arrays.size(); ++c) {
      uint32_t n = chunks_->counts[c];
      for (uint32_t i = 0; i < n; ++i) {
        Item item = chunks_->arrays[c][i];
        if (drop(item.row)) continue;
        if (kept == kChunk) {
          chunks_->counts[chunk++] = kChunk;
          kept = 0;
        }
        chunks_->arrays[chunk][kept++] = item;
      }
    }
    keepChunks(pages, chunk, kept);
  }
  // Frees the arrays, not the rows.
  void releaseArrays(RowPages& pages);

  template <typename Visit>
  void forEach(Visit&& visit) const {
    if (chunks_ == nullptr) {
      for (size_t i = 0; i < count_; ++i) visit(items_[i].row);
      return;
    }
    for (size_t c = 0; c < chunks_->arrays.size(); ++c) {
      for (uint32_t i = 0; i < chunks_->counts[c]; ++i) visit(chunks_->arrays[c][i].row);
    }
  }

 private:
  struct Chunks {
    std::vector<Item*> arrays;
    std::vector<uint32_t> counts;
  };

  Item& itemAt(size_t rank) const;
  void growArray(RowPages& pages);
  void splitIntoChunks();
  size_t insertIntoChunks(RowPages& pages, const Probe& probe, Item item, size_t keyOffset);
  size_t splitChunk(RowPages& pages, size_t c, bool appending);
  void removeChunk(RowPages& pages, size_t c);
  void mergeChunks(RowPages& pages, size_t c);
  // Chunks behind `last` go; it has `count` rows.
  void keepChunks(RowPages& pages, size_t last, uint32_t count);
  void leaveChunks();

  uint64_t count_;
  Item* items_;
  Chunks* chunks_;
  uint64_t capacity_;
};
static_assert(sizeof(SortedGroup) == 32);

}  // namespace millrace
