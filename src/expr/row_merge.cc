#include "expr/row_merge.h"

#include "types/bitmap.h"
#include "types/gather.h"

namespace millrace {

namespace {

template <typename T>
void copyValues(const RowPart& part, Column& out) {
  T* to = out.mutableValues<T>();
  if (part.column->isConstant()) {
    T value = part.column->values<T>()[0];
    forEachRow(part.rows, [&](uint32_t row) { to[row] = value; });
    return;
  }
  const T* from = part.column->values<T>();
  forEachRow(part.rows, [&](uint32_t row) { to[row] = from[row]; });
}

void copyValidity(const RowPart& part, Column& out) {
  if (!part.column->mayHaveNulls()) return;
  const Column& from = *part.column;
  if (from.isConstant() && !from.isNull(0)) return;
  uint64_t* words = out.mutableValidity();
  forEachRow(part.rows, [&](uint32_t row) {
    if (from.isNull(row)) clearBit(words, row);
  });
}

// Lists and rows: gather from the parts laid end to end.
ColumnPtr mergeNested(const Type& type, size_t size, const std::vector<RowPart>& parts) {
  std::vector<uint32_t> indices(size, kNoRow);
  std::vector<ColumnPtr> columns;
  uint32_t base = 0;
  for (const RowPart& part : parts) {
    if (part.rows.empty()) continue;
    forEachRow(part.rows, [&](uint32_t row) {
      indices[row] = base + static_cast<uint32_t>(part.column->position(row));
    });
    ColumnPtr column = part.column;
    if (column->isConstant() && column->size() != 1) column = slice(*column, 0, 1);
    base += static_cast<uint32_t>(column->size());
    columns.push_back(column->type() == type ? column : column->withType(type));
  }
  if (columns.empty()) return Column::makeNull(type, size);
  return gather(*concat(columns), indices);
}

void mergeFixed(const RowPart& part, Column& out) {
  switch (out.physical()) {
    case Physical::kBool:
    case Physical::kInt8:
      return copyValues<int8_t>(part, out);
    case Physical::kInt16:
      return copyValues<int16_t>(part, out);
    case Physical::kInt32:
    case Physical::kFloat:
      return copyValues<int32_t>(part, out);
    case Physical::kInt64:
    case Physical::kDouble:
      return copyValues<int64_t>(part, out);
    case Physical::kInt128:
    case Physical::kNanoTimestamp:
      return copyValues<int128>(part, out);
    case Physical::kString:
      out.retainAllOf(*part.column);
      return copyValues<StringView>(part, out);
    case Physical::kRow:
    case Physical::kArray:
    case Physical::kMap:
      UNREACHABLE();
  }
}

}  // namespace

ColumnPtr mergeRows(const Type& type, size_t size, const std::vector<RowPart>& parts) {
  if (type.isNested()) return mergeNested(type, size, parts);
  MutableColumnPtr out = Column::make(type, size);
  for (const RowPart& part : parts) {
    if (part.rows.empty()) continue;
    mergeFixed(part, *out);
    copyValidity(part, *out);
  }
  return out;
}

}  // namespace millrace
