// EntryPages: entries of one size that never move, named by 32-bit numbers.
//
// Pages double in size, so that a table with three entries is small and the page of an entry is the
// position of its number's highest bit. Erased entries are reused. Not thread-safe.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace millrace {

// 64-byte aligned memory, with large pages of the system where it is large.
void* allocatePages(size_t bytes);
void releasePages(void* memory);

class EntryPages {
 public:
  // Numbers start here; 0 means "no entry".
  static constexpr uint32_t kFirst = 16;

  // stride: bytes of an entry, a multiple of 8.
  explicit EntryPages(uint32_t stride) : stride_(stride) {}
  ~EntryPages() { releaseAll(); }
  EntryPages(const EntryPages&) = delete;
  EntryPages& operator=(const EntryPages&) = delete;

  uint32_t stride() const { return stride_; }
  std::byte* address(uint32_t entry) const {
    return reinterpret_cast<std::byte*>(bases_[std::bit_width(entry) - 1] +
                                        uint64_t{entry} * stride_);
  }
  // The bytes of a new entry are unspecified.
  uint32_t allocate() {
    if (free_ != 0) {
      uint32_t entry = free_;
      std::memcpy(&free_, address(entry), sizeof(free_));
      return entry;
    }
    if ((next_ & (next_ - 1)) == 0) addPage();
    return next_++;
  }
  void release(uint32_t entry) {
    std::memcpy(address(entry), &free_, sizeof(free_));
    free_ = entry;
  }
  void clear() {
    releaseAll();
    free_ = 0;
  }
  // Calls visit(entry) for the numbers below end() that have been released.
  template <typename Visit>
  void forEachFree(Visit visit) const {
    for (uint32_t entry = free_; entry != 0;) {
      visit(entry);
      std::memcpy(&entry, address(entry), sizeof(entry));
    }
  }
  // Gives back the pages behind the last entry in use, and hands out low numbers first from now on.
  // isFree(entry): for all numbers below end().
  template <typename IsFree>
  void compact(IsFree isFree) {
    uint32_t end = next_;
    while (end > kFirst && isFree(end - 1)) --end;
    releasePagesFrom(end);
    free_ = 0;
    while (end > kFirst) {
      --end;
      if (isFree(end)) release(end);
    }
  }
  // All entries have lower numbers.
  uint32_t end() const { return next_; }
  size_t byteSize() const { return size_t{next_ - kFirst} * stride_; }

 private:
  void addPage();
  // Forgets the numbers from `end` on.
  void releasePagesFrom(uint32_t end);
  void releaseAll() { releasePagesFrom(kFirst); }

  uint32_t stride_;
  uint32_t next_ = kFirst;
  uint32_t free_ = 0;
  // Address of the page of the numbers with highest bit i, minus that of number 2^i in it.
  uint64_t bases_[32] = {};
};

}  // namespace millrace
