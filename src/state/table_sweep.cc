#include "state/table_sweep.h"

#include "base/check.h"
#include "state/entry_pages.h"

namespace millrace {

TableSweep::TableSweep(uint32_t end, size_t entries, std::unique_ptr<EntrySaver> saver)
    : end_(end),
      remaining_(entries),
      bits_(static_cast<uint64_t*>(std::calloc(size_t{end} / 64 + 1, sizeof(uint64_t)))),
      saver_(std::move(saver)) {
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
