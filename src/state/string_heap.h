// StringHeap: the variable-size bytes of a state structure, addressed by offset.
//
// Pages of 256 KiB (larger strings get a page of their own), many at once when there are many;
// freed runs go to size-class free lists. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace millrace {

// A string in state: 16 bytes, no pointer. Up to 12 bytes inline, else 4 bytes of prefix and the
// offset in the heap. All zero is the empty string. `present` aggregates keep NULL beside it.
struct StateString {
  uint32_t size = 0;
  char prefix[4] = {};
  uint64_t rest = 0;  // inline bytes 4..11, or the heap offset
};
static_assert(sizeof(StateString) == 16);

class StringHeap {
 public:
  StringHeap();
  ~StringHeap();
  StringHeap(StringHeap&&) noexcept;
  StringHeap& operator=(StringHeap&&) noexcept;

  // Replaces the string (frees what it named before). The text may not be a part of it.
  void assign(StateString& target, std::string_view text);
  void free(StateString& target);
  // Valid until the string is replaced or freed.
  std::string_view view(const StateString& string) const;

  // Raw runs, 8-byte aligned; the address of an offset is stable until it is freed.
  uint64_t allocate(uint32_t size);
  void release(uint64_t offset, uint32_t size);
  char* address(uint64_t offset);
  const char* address(uint64_t offset) const;

  size_t usedBytes() const { return usedBytes_; }
  size_t reservedBytes() const { return reservedBytes_; }
  void clear();

 private:
  static constexpr uint32_t kPageBits = 18;
  struct FreeMemory {
    void operator()(char* memory) const;
  };

  // Goes to a page with room for a run of that size.
  void startPage(uint32_t bytes);

  std::vector<char*> pages_;
  // What the pages are in: one or many.
  std::vector<std::unique_ptr<char, FreeMemory>> memory_;
  std::unordered_map<uint64_t, std::unique_ptr<char[]>> largeStrings_;  // by page
  uint64_t readyPage_ = 0;  // pages readyPage_ .. readyEnd_ - 1 have not been used yet
  uint64_t readyEnd_ = 0;
  std::vector<std::vector<uint64_t>> freeLists_;
  std::vector<uint64_t> freePages_;  // of large strings
  uint64_t next_ = 0;
  uint64_t end_ = 0;
  size_t usedBytes_ = 0;
  size_t reservedBytes_ = 0;
};

}  // namespace millrace
