#include "operators/changelog/row_bytes.h"

namespace millrace {

void RowBytes::encode(const RowLayout& layout, std::span<const ColumnPtr> columns,
                      const Rows& rows) {
  size_t n = rows.count();
  sizes_.resize(n);
  pointers_.resize(n);
  size_t total = n * layout.fixedSize();
  if (layout.isFixed()) {
    sizes_.assign(n, static_cast<uint32_t>(layout.fixedSize()));
  } else {
    layout.measure(columns, rows, sizes_.data());
    total = 0;
    for (uint32_t size : sizes_) total += size;
  }
  if (storage_.size() < total) storage_.resize(total + total / 4);
  char* next = storage_.data();
  for (size_t k = 0; k < n; ++k) {
    pointers_[k] = next;
    next += sizes_[k];
  }
  layout.encode(columns, rows, pointers_.data());
}

}  // namespace millrace
