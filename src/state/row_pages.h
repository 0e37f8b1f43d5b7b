// RowPages: memory for rows in state. Addresses are stable until a row is released; freed rows are
// reused by size class. Pages start small and grow to 256 KiB, then to 8 MiB where there are many;
// rows above 256 KiB are allocated alone.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "state/size_class.h"

namespace millrace {

class RowPages {
 public:
  RowPages() = default;
  RowPages(const RowPages&) = delete;
  RowPages& operator=(const RowPages&) = delete;
  ~RowPages() { clear(); }

  // 8-byte aligned, unspecified content. Requires: bytes > 0.
  char* allocate(size_t bytes);
  void release(char* row, size_t bytes);
  void clear();
  size_t reservedBytes() const { return reservedBytes_; }

 private:
  char* freeLists_[kNumSizeClasses] = {};  // linked through the freed rows
  struct ReleasePage {
    void operator()(char* page) const;
  };
  std::vector<std::unique_ptr<char, ReleasePage>> pages_;
  std::vector<char*> largeRows_;
  char* next_ = nullptr;
  char* end_ = nullptr;
  size_t reservedBytes_ = 0;
};

}  // namespace millrace
