// TableSweep: the entries that a snapshot under way still has to save.
//
// It is made at the mark and knows one bit per entry number. Whoever is about to hand out an entry
// notes it first, so that its bytes are saved as they were at the mark; entries made later count as
// saved. Not thread-safe.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace millrace {

// Where the entries of a table go, in batches.
class EntrySaver {
 public:
  virtual ~EntrySaver() = default;
  // Writes the entries of these values, with their numbers, as they are now.
  virtual void save(const std::byte* const* values, const uint32_t* entries, size_t n) = 0;
};

class TableSweep {
 public:
  // end: all entry numbers in use are lower. entries: how many there are.
  TableSweep(uint32_t end, size_t entries, std::unique_ptr<EntrySaver> saver);

  size_t remaining() const { return remaining_; }

  // The entry is about to be handed out.
  void note(uint32_t entry, const std::byte* value) {
    if (isSaved(entry)) return;
    setSaved(entry);
    --remaining_;
    noted_.push_back(value);
    notedEntries_.push_back(entry);
  }
  // The entry has just been made.
  void noteNew(uint32_t entry) {
    if (entry < end_) setSaved(entry);
  }
  // No entry has that number at the mark.
  void noteFree(uint32_t entry) { setSaved(entry); }
  // Notes up to n unsaved entries in the order of their numbers, which is that of memory. Requires:
  // noteFree() was called for every number that was free at the mark. valueOf(entry): its value.
  template <typename ValueOf>
  void noteNext(size_t n, ValueOf valueOf) {
    for (; n > 0 && remaining_ > 0; ++word_) {
      for (uint64_t unsaved = ~bits_.get()[word_]; unsaved != 0; unsaved &= unsaved - 1) {
        if (n == 0) return;
        uint32_t entry = static_cast<uint32_t>(word_ * 64 + std::countr_zero(unsaved));
        note(entry, valueOf(entry));
        --n;
      }
    }
  }
  // Saves what has been noted.
  void flush() {
    if (!noted_.empty()) save();
  }

  // The slot at which to go on: every unsaved entry is there or behind it, in an index of that
  // capacity. An index that has grown since is swept from its start.
  size_t position(size_t capacity) const { return capacity == capacity_ ? position_ : 0; }
  void setPosition(size_t position, size_t capacity) {
    position_ = position;
    capacity_ = capacity;
  }

 private:
  struct Free {
    uint32_t end = 0;
    void operator()(uint64_t* bits) const;
  };

  bool isSaved(uint32_t entry) const {
    return entry >= end_ || (bits_.get()[entry / 64] >> (entry % 64) & 1) != 0;
  }
  void setSaved(uint32_t entry) { bits_.get()[entry / 64] |= uint64_t{1} << (entry % 64); }
  void save();

  uint32_t end_;
  size_t remaining_;
  std::unique_ptr<uint64_t, Free> bits_;  // zeroed by the system page by page, when it is touched
  std::vector<const std::byte*> noted_;
  std::vector<uint32_t> notedEntries_;
  std::unique_ptr<EntrySaver> saver_;
  size_t position_ = 0;
  size_t capacity_ = 0;
  size_t word_ = 0;  // where noteNext() goes on in bits_
};

}  // namespace millrace
