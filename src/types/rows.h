// Rows: which rows of a batch a kernel works on. Either a dense range or a run of an index list.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace millrace {

// Ascending row indices. Shared because several batches may carry the same selection.
using Selection = std::vector<uint32_t>;
using SelectionPtr = std::shared_ptr<const Selection>;

// A view: the index list must outlive it. Dense rows are begin..end-1; otherwise they are
// indices[begin..end).
struct Rows {
  const uint32_t* indices = nullptr;
  uint32_t begin = 0;
  uint32_t end = 0;

  static Rows dense(size_t count) { return {nullptr, 0, static_cast<uint32_t>(count)}; }
  static Rows of(const Selection& selection) {
    return {selection.data(), 0, static_cast<uint32_t>(selection.size())};
  }

  bool isDense() const { return indices == nullptr; }
  uint32_t count() const { return end - begin; }
  bool empty() const { return begin == end; }
  uint32_t operator[](uint32_t i) const { return indices ? indices[begin + i] : begin + i; }
  // One past the highest row, 0 when empty: what an output column must have room for.
  uint32_t bound() const { return empty() ? 0 : (indices ? indices[end - 1] + 1 : end); }
};

// Calls work(row) for each row in ascending order; the dense case is a plain loop that vectorises.
template <typename Work>
inline void forEachRow(const Rows& rows, Work&& work) {
  if (rows.isDense()) {
    for (uint32_t i = rows.begin; i < rows.end; ++i) work(i);
  } else {
    for (uint32_t k = rows.begin; k < rows.end; ++k) work(rows.indices[k]);
  }
}

}  // namespace millrace
