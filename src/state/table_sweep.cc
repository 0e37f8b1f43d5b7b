#include "state/table_sweep.h"

#include "base/check.h"

namespace millrace {

TableSweep::TableSweep(uint32_t end, size_t entries, std::unique_ptr<EntrySaver> saver)
    : end_(end),
      remaining_(entries),
      bits_(static_cast<uint64_t*>(std::calloc(size_t{end} / 64 + 1, sizeof(uint64_t)))),
      saver_(std::move(saver)) {
  CHECK(bits_ != nullptr, "out of memory");
}

void TableSweep::save() {
  saver_->save(noted_.data(), noted_.size());
  noted_.clear();
}

}  // namespace millrace
