// Batch: what flows between operators. Columns, an optional selection, an optional row-kind column
// and the watermarks that sit between its rows.
//
// Columns are positional; names live in the operator's schema. Row counts are 1 to a few thousand;
// a batch without rows still carries watermarks. Values are moved, columns are shared.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "types/column.h"
#include "types/rows.h"

namespace millrace {

// Flink's row kinds, in Flink's order.
enum class RowKind : int8_t { kInsert = 0, kUpdateBefore = 1, kUpdateAfter = 2, kDelete = 3 };

inline bool isAdd(RowKind kind) {
  return kind == RowKind::kInsert || kind == RowKind::kUpdateAfter;
}
// "+I", "-U", "+U", "-D".
const char* rowKindName(RowKind kind);

// Watermarks are milliseconds since 1970-01-01.
inline constexpr int64_t kMinWatermark = std::numeric_limits<int64_t>::min();
inline constexpr int64_t kMaxWatermark = std::numeric_limits<int64_t>::max();

// The watermark that holds after every row at a physical index below `position` and before the
// others. Positions are physical row indices, so a selection does not disturb them.
struct WatermarkMark {
  uint32_t position = 0;
  int64_t watermark = kMinWatermark;
};

class Batch {
 public:
  Batch() = default;
  Batch(std::vector<ColumnPtr> columns, size_t numRows)
      : columns_(std::move(columns)), numRows_(static_cast<uint32_t>(numRows)) {}

  // Physical rows: the size of every column. Selected rows: what the batch means.
  uint32_t numRows() const { return numRows_; }
  uint32_t numSelected() const {
    return selection_ ? static_cast<uint32_t>(selection_->size()) : numRows_;
  }
  bool empty() const { return numSelected() == 0; }
  Rows rows() const { return selection_ ? Rows::of(*selection_) : Rows::dense(numRows_); }

  size_t numColumns() const { return columns_.size(); }
  const ColumnPtr& column(size_t i) const { return columns_[i]; }
  const std::vector<ColumnPtr>& columns() const { return columns_; }
  void setColumns(std::vector<ColumnPtr> columns) { columns_ = std::move(columns); }
  void addColumn(ColumnPtr column) { columns_.push_back(std::move(column)); }

  const SelectionPtr& selection() const { return selection_; }
  void setSelection(SelectionPtr selection) { selection_ = std::move(selection); }

  // RowKind of each physical row; nullptr = all +I.
  const RowKind* kinds() const {
    return kinds_ ? reinterpret_cast<const RowKind*>(kinds_->data()) : nullptr;
  }
  RowKind kind(size_t row) const { return kinds_ ? kinds()[row] : RowKind::kInsert; }
  const BufferPtr& kindBuffer() const { return kinds_; }
  // Requires: at least numRows() bytes, each a RowKind.
  void setKinds(BufferPtr kinds) { kinds_ = std::move(kinds); }
  // Room for numRows() kinds, to be filled by the caller.
  RowKind* allocateKinds();

  // Ascending positions and watermarks.
  const std::vector<WatermarkMark>& marks() const { return marks_; }
  std::vector<WatermarkMark>& mutableMarks() { return marks_; }

  // Copies the selected rows into dense columns of its own and moves the marks along. Strings that
  // point into operator state are copied; others keep their buffers. Constant columns stay
  // constant.
  void materialize();
  // True when some column's views die with the next call of the operator that made them.
  bool borrowed() const;

  size_t byteSize() const;

 private:
  std::vector<ColumnPtr> columns_;
  uint32_t numRows_ = 0;
  SelectionPtr selection_;
  BufferPtr kinds_;
  std::vector<WatermarkMark> marks_;
};

}  // namespace millrace
