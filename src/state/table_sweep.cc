#include "state/table_sweep.h"

#include <sys/mman.h>

#include <cstdlib>

#include "base/check.h"
#include "state/entry_pages.h"

namespace millrace {

namespace {

// An allocator would clear, or clean up after others, in the time of the mark.
constexpr size_t kMappedBytes = size_t{64} << 10;

size_t bitsBytes(uint32_t end) { return (size_t{end} / 64 + 1) * sizeof(uint64_t); }

uint64_t* makeBits(uint32_t end) {
  size_t bytes = bitsBytes(end);
  if (bytes < kMappedBytes) return static_cast<uint64_t*>(std::calloc(1, bytes));
  void* pages = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return pages == MAP_FAILED ? nullptr : static_cast<uint64_t*>(pages);
}

}  // namespace

void TableSweep::Free::operator()(uint64_t* bits) const {
  size_t bytes = bitsBytes(end);
  if (bytes < kMappedBytes) return std::free(bits);
  ::munmap(bits, bytes);
}

TableSweep::TableSweep(uint32_t end, size_t entries, std::unique_ptr<EntrySaver> saver)
    : end_(end), remaining_(entries), bits_(makeBits(end), Free{end}), saver_(std::move(saver)) {
  CHECK(bits_ != nullptr, "out of memory");
  // There are no entries with numbers below the first one, nor from the end on.
  for (uint32_t entry = 0; entry < EntryPages::kFirst; ++entry) setSaved(entry);
  bits_.get()[end / 64] |= ~uint64_t{0} << (end % 64);
}

void TableSweep::save() {
  saver_->save(noted_.data(), notedEntries_.data(), noted_.size());
  noted_.clear();
  notedEntries_.clear();
}

}  // namespace millrace
