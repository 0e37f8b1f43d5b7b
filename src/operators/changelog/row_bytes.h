// RowBytes: rows of a batch in the bytes of a RowLayout, ready to be put into operator state.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "types/row_codec.h"

namespace millrace {

// Keeps its buffers from batch to batch. Not thread-safe.
class RowBytes {
 public:
  // Row k of this object is the k-th of `rows`.
  void encode(const RowLayout& layout, std::span<const ColumnPtr> columns, const Rows& rows);
  std::string_view row(size_t k) const { return {pointers_[k], sizes_[k]}; }
  const char* const* pointers() const { return pointers_.data(); }
  size_t size() const { return sizes_.size(); }

 private:
  std::vector<uint32_t> sizes_;
  std::vector<char*> pointers_;
  std::vector<char> storage_;
};

}  // namespace millrace
