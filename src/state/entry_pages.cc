#include "state/entry_pages.h"

#include <sys/mman.h>

#include <cstdlib>

#include "base/check.h"

namespace millrace {

namespace {

constexpr size_t kLargePage = size_t{2} << 20;

}  // namespace

void* allocatePages(size_t bytes) {
  bool large = bytes >= 2 * kLargePage;
  size_t alignment = large ? kLargePage : 64;
  size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, rounded);
  CHECK(memory != nullptr, "out of memory");
  // Random access to large tables misses the TLB at every probe otherwise. It is only advice.
  if (large) madvise(memory, rounded, MADV_HUGEPAGE);
  return memory;
}

void releasePages(void* memory) { std::free(memory); }

void EntryPages::addPage() {
  uint32_t level = static_cast<uint32_t>(std::bit_width(next_)) - 1;
  CHECK(next_ != 0, "too many entries in one state");
  uint64_t bytes = (uint64_t{1} << level) * stride_;
  bases_[level] = reinterpret_cast<uint64_t>(allocatePages(bytes)) - bytes;
}

void EntryPages::releasePagesFrom(uint32_t end) {
  next_ = end;
  for (uint32_t level = 0; level < 32; ++level) {
    if (bases_[level] == 0 || (uint64_t{1} << level) < end) continue;
    releasePages(reinterpret_cast<void*>(bases_[level] + (uint64_t{1} << level) * stride_));
    bases_[level] = 0;
  }
}

}  // namespace millrace
