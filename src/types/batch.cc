#include "types/batch.h"

#include <algorithm>
#include <cstring>

#include "types/gather.h"

namespace millrace {

namespace {

bool isBorrowed(const Column& column) {
  if (column.borrowed()) return true;
  for (size_t i = 0; i < column.numChildren(); ++i) {
    if (isBorrowed(*column.child(i))) return true;
  }
  return false;
}

Selection allRows(size_t count) {
  Selection rows(count);
  for (size_t i = 0; i < count; ++i) rows[i] = static_cast<uint32_t>(i);
  return rows;
}

// How many selected rows lie below a physical position.
uint32_t selectedBelow(const Batch& batch, uint32_t position) {
  const SelectionPtr& selection = batch.selection();
  if (!selection) return std::min(position, batch.numRows());
  auto end = std::lower_bound(selection->begin(), selection->end(), position);
  return static_cast<uint32_t>(end - selection->begin());
}

}  // namespace

const char* rowKindName(RowKind kind) {
  switch (kind) {
    case RowKind::kInsert:
      return "+I";
    case RowKind::kUpdateBefore:
      return "-U";
    case RowKind::kUpdateAfter:
      return "+U";
    case RowKind::kDelete:
      return "-D";
  }
  UNREACHABLE();
}

RowKind* Batch::allocateKinds() {
  kinds_ = std::make_shared<Buffer>(std::max<size_t>(numRows_, 1));
  return reinterpret_cast<RowKind*>(kinds_->data());
}

void Batch::materialize() {
  if (!selection_) {
    if (!borrowed()) return;
    Selection all = allRows(numRows_);
    for (ColumnPtr& column : columns_) {
      if (isBorrowed(*column)) column = gather(*column, all, true);
    }
    return;
  }
  for (WatermarkMark& mark : marks_) mark.position = selectedBelow(*this, mark.position);
  for (ColumnPtr& column : columns_) {
    column = gather(*column, *selection_, isBorrowed(*column));
  }
  if (kinds_) {
    auto kinds = std::make_shared<Buffer>(std::max<size_t>(selection_->size(), 1));
    const char* from = kinds_->data();
    char* to = kinds->data();
    for (size_t i = 0; i < selection_->size(); ++i) to[i] = from[(*selection_)[i]];
    kinds_ = std::move(kinds);
  }
  numRows_ = static_cast<uint32_t>(selection_->size());
  selection_.reset();
}

bool Batch::borrowed() const {
  return std::any_of(columns_.begin(), columns_.end(),
                     [](const ColumnPtr& column) { return isBorrowed(*column); });
}

size_t Batch::byteSize() const {
  size_t bytes = kinds_ ? kinds_->size() : 0;
  if (selection_) bytes += selection_->size() * sizeof(uint32_t);
  for (const ColumnPtr& column : columns_) bytes += column->byteSize();
  return bytes + marks_.size() * sizeof(WatermarkMark);
}

Batch concatBatches(std::span<const Batch> batches) {
  if (batches.empty()) return Batch();
  std::vector<Batch> dense(batches.begin(), batches.end());
  size_t rows = 0;
  bool anyKinds = false;
  for (Batch& batch : dense) {
    batch.materialize();
    rows += batch.numRows();
    anyKinds = anyKinds || batch.kinds() != nullptr;
  }
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < dense[0].numColumns(); ++i) {
    std::vector<ColumnPtr> parts;
    for (const Batch& batch : dense) parts.push_back(batch.column(i));
    columns.push_back(concat(parts));
  }
  Batch out(std::move(columns), rows);
  RowKind* kinds = anyKinds ? out.allocateKinds() : nullptr;
  uint32_t at = 0;
  for (const Batch& batch : dense) {
    for (const WatermarkMark& mark : batch.marks()) {
      out.mutableMarks().push_back({at + mark.position, mark.watermark});
    }
    if (kinds != nullptr) {
      for (uint32_t i = 0; i < batch.numRows(); ++i) kinds[at + i] = batch.kind(i);
    }
    at += batch.numRows();
  }
  return out;
}

}  // namespace millrace
