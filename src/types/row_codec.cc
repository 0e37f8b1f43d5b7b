#include "types/row_codec.h"

#include <algorithm>
#include <string>

#include "types/bitmap.h"
#include "types/column_builder.h"
#include "types/nested_codec.h"

namespace millrace {

namespace {

constexpr size_t kNestedSlotBytes = 8;

bool isNestedPhysical(Physical physical) {
  return physical == Physical::kRow || physical == Physical::kArray || physical == Physical::kMap;
}

size_t slotWidth(Physical physical) {
  return isNestedPhysical(physical) ? kNestedSlotBytes : physicalWidth(physical);
}

uint32_t roundUp8(size_t size) { return static_cast<uint32_t>((size + 7) / 8 * 8); }

void markNull(char* row, size_t nullOffset, size_t field) {
  char& bits = row[nullOffset + field / 8];
  bits = static_cast<char>(bits | 1 << (field % 8));
}

template <typename T>
T canonical(T value, bool) {
  return value;
}
float canonical(float value, bool) { return canonicalReal(value, false); }
double canonical(double value, bool) { return canonicalReal(value, false); }

struct Place {
  size_t slot;
  size_t nullOffset;
  size_t field;
  bool normaliseKeys;
};

template <typename T>
void encodeFixed(const Column& column, Rows rows, Place place, char* const* targets) {
  ColumnValues<T> values(column);
  uint32_t count = rows.count();
  if (!column.mayHaveNulls()) {
    for (uint32_t k = 0; k < count; ++k) {
      T value = canonical(values[rows[k]], place.normaliseKeys);
      std::memcpy(targets[k] + place.slot, &value, sizeof(T));
    }
    return;
  }
  for (uint32_t k = 0; k < count; ++k) {
    if (column.isNull(rows[k])) {
      markNull(targets[k], place.nullOffset, place.field);
      continue;
    }
    T value = canonical(values[rows[k]], place.normaliseKeys);
    std::memcpy(targets[k] + place.slot, &value, sizeof(T));
  }
}

void encodeFixedColumn(const Column& column, Rows rows, Place place, char* const* targets) {
  switch (column.physical()) {
    case Physical::kFloat:
      return encodeFixed<float>(column, rows, place, targets);
    case Physical::kDouble:
      return encodeFixed<double>(column, rows, place, targets);
    default:
      break;
  }
  switch (physicalWidth(column.physical())) {
    case 1:
      return encodeFixed<uint8_t>(column, rows, place, targets);
    case 2:
      return encodeFixed<uint16_t>(column, rows, place, targets);
    case 4:
      return encodeFixed<uint32_t>(column, rows, place, targets);
    case 8:
      return encodeFixed<uint64_t>(column, rows, place, targets);
    default:
      return encodeFixed<NanoTimestamp>(column, rows, place, targets);
  }
}

template <typename T>
void decodeFixed(const char* const* rows, size_t n, size_t slot, Column& out) {
  T* values = out.mutableValues<T>();
  for (size_t k = 0; k < n; ++k) {
    if (rows[k] == nullptr) {
      values[k] = T{};
    } else {
      std::memcpy(&values[k], rows[k] + slot, sizeof(T));
    }
  }
}

void decodeStrings(const char* const* rows, size_t n, size_t slot, Column& out) {
  StringView* values = out.mutableValues<StringView>();
  for (size_t k = 0; k < n; ++k) {
    if (rows[k] == nullptr) continue;  // strings start out empty
    uint32_t size;
    std::memcpy(&size, rows[k] + slot, sizeof(size));
    if (size <= StringView::kInlineBytes) {
      std::memcpy(&values[k], rows[k] + slot, sizeof(StringView));
    } else {
      uint32_t offset;
      std::memcpy(&offset, rows[k] + slot + 8, sizeof(offset));
      values[k] = StringView(rows[k] + offset, size);
    }
  }
  out.markBorrowed();
}

void markAllBorrowed(Column& column) {
  column.markBorrowed();
  for (size_t i = 0; i < column.numChildren(); ++i) markAllBorrowed(column.mutableChild(i));
}

MutableColumnPtr decodeNested(const char* const* rows, size_t n, size_t slot, size_t nullOffset,
                              size_t field, const Type& type) {
  ColumnBuilder builder(type);
  builder.reserve(n);
  for (size_t k = 0; k < n; ++k) {
    const char* row = rows[k];
    if (row == nullptr || (row[nullOffset + field / 8] >> (field % 8) & 1)) {
      builder.appendNull();
      continue;
    }
    uint32_t offset;
    std::memcpy(&offset, row + slot, sizeof(offset));
    decodeNestedValue(row + offset, builder);
  }
  MutableColumnPtr column = builder.finish();
  markAllBorrowed(*column);
  return column;
}

}  // namespace

RowLayout::RowLayout(std::vector<Type> types, bool normaliseKeys)
    : types_(std::move(types)), slots_(types_.size()), normaliseKeys_(normaliseKeys) {
  // Widest first, so that every slot is aligned to its width without gaps.
  uint32_t offset = 0;
  for (size_t width : {16, 8, 4, 2, 1}) {
    for (size_t i = 0; i < types_.size(); ++i) {
      Physical physical = types_[i].physical();
      if (slotWidth(physical) != width) continue;
      slots_[i] = offset;
      offset += static_cast<uint32_t>(width);
      variable_ = variable_ || physical == Physical::kString || isNestedPhysical(physical);
    }
  }
  nullOffset_ = offset;
  usedFixed_ = offset + static_cast<uint32_t>((types_.size() + 7) / 8);
  fixedSize_ = roundUp8(usedFixed_);
}

void RowLayout::measure(std::span<const ColumnPtr> columns, Rows rows, uint32_t* sizes) const {
  uint32_t count = rows.count();
  std::fill_n(sizes, count, variable_ ? usedFixed_ : fixedSize_);
  if (!variable_) return;
  std::string scratch;
  for (size_t i = 0; i < types_.size(); ++i) {
    const Column& column = *columns[i];
    if (column.physical() == Physical::kString) {
      ColumnValues<StringView> values(column);
      for (uint32_t k = 0; k < count; ++k) {
        uint32_t size = values[rows[k]].size();
        if (size > StringView::kInlineBytes && !column.isNull(rows[k])) sizes[k] += size;
      }
    } else if (isNestedPhysical(column.physical())) {
      for (uint32_t k = 0; k < count; ++k) {
        if (column.isNull(rows[k])) continue;
        scratch.clear();
        encodeNestedValue(column, column.position(rows[k]), normaliseKeys_, scratch);
        sizes[k] += static_cast<uint32_t>(scratch.size());
      }
    }
  }
  for (uint32_t k = 0; k < count; ++k) sizes[k] = roundUp8(sizes[k]);
}

void RowLayout::encode(std::span<const ColumnPtr> columns, Rows rows, char* const* targets) const {
  uint32_t count = rows.count();
  for (uint32_t k = 0; k < count; ++k) std::memset(targets[k], 0, fixedSize_);
  std::vector<uint32_t> cursors;
  if (variable_) cursors.assign(count, usedFixed_);
  for (size_t i = 0; i < types_.size(); ++i) {
    const Column& column = *columns[i];
    if (column.physical() == Physical::kString) {
      encodeStrings(column, rows, i, targets, cursors.data());
    } else if (isNestedPhysical(column.physical())) {
      encodeNested(column, rows, i, targets, cursors.data());
    } else {
      encodeFixedColumn(column, rows, {slots_[i], nullOffset_, i, normaliseKeys_}, targets);
    }
  }
  for (uint32_t k = 0; k < cursors.size(); ++k) {
    std::memset(targets[k] + cursors[k], 0, roundUp8(cursors[k]) - cursors[k]);
  }
}

void RowLayout::encodeStrings(const Column& column, Rows rows, size_t field, char* const* targets,
                              uint32_t* cursors) const {
  ColumnValues<StringView> values(column);
  size_t slot = slots_[field];
  for (uint32_t k = 0; k < rows.count(); ++k) {
    char* row = targets[k];
    if (column.isNull(rows[k])) {
      markNull(row, nullOffset_, field);
      continue;
    }
    const StringView& value = values[rows[k]];
    std::memcpy(row + slot, &value, sizeof(value));
    if (value.isInline()) continue;
    uint64_t offset = cursors[k];
    std::memcpy(row + slot + 8, &offset, sizeof(offset));
    std::memcpy(row + offset, value.data(), value.size());
    cursors[k] += value.size();
  }
}

void RowLayout::encodeNested(const Column& column, Rows rows, size_t field, char* const* targets,
                             uint32_t* cursors) const {
  std::string bytes;
  for (uint32_t k = 0; k < rows.count(); ++k) {
    char* row = targets[k];
    if (column.isNull(rows[k])) {
      markNull(row, nullOffset_, field);
      continue;
    }
    bytes.clear();
    encodeNestedValue(column, column.position(rows[k]), normaliseKeys_, bytes);
    uint32_t slot[2] = {cursors[k], static_cast<uint32_t>(bytes.size())};
    std::memcpy(row + slots_[field], slot, sizeof(slot));
    std::memcpy(row + cursors[k], bytes.data(), bytes.size());
    cursors[k] += slot[1];
  }
}

MutableColumnPtr RowLayout::decodeField(const char* const* rows, size_t n, size_t field) const {
  const Type& type = types_[field];
  size_t slot = slots_[field];
  if (isNestedPhysical(type.physical())) {
    return decodeNested(rows, n, slot, nullOffset_, field, type);
  }
  MutableColumnPtr column = Column::make(type, n);
  if (type.physical() == Physical::kString) {
    decodeStrings(rows, n, slot, *column);
  } else {
    switch (physicalWidth(type.physical())) {
      case 1:
        decodeFixed<uint8_t>(rows, n, slot, *column);
        break;
      case 2:
        decodeFixed<uint16_t>(rows, n, slot, *column);
        break;
      case 4:
        decodeFixed<uint32_t>(rows, n, slot, *column);
        break;
      case 8:
        decodeFixed<uint64_t>(rows, n, slot, *column);
        break;
      default:
        decodeFixed<NanoTimestamp>(rows, n, slot, *column);
        break;
    }
  }
  uint64_t* validity = nullptr;
  for (size_t k = 0; k < n; ++k) {
    if (rows[k] != nullptr && !isNull(rows[k], field)) continue;
    if (validity == nullptr) validity = column->mutableValidity();
    clearBit(validity, k);
  }
  return column;
}

void RowLayout::decode(const char* const* rows, size_t n, std::span<const uint32_t> fields,
                       std::vector<MutableColumnPtr>& out) const {
  for (uint32_t field : fields) out.push_back(decodeField(rows, n, field));
}

void RowLayout::decode(const char* const* rows, size_t n,
                       std::vector<MutableColumnPtr>& out) const {
  for (size_t field = 0; field < types_.size(); ++field) {
    out.push_back(decodeField(rows, n, field));
  }
}

size_t RowLayout::rowSize(const char* row) const {
  if (!variable_) return fixedSize_;
  size_t size = usedFixed_;
  for (size_t i = 0; i < types_.size(); ++i) {
    Physical physical = types_[i].physical();
    uint32_t bytes = 0;
    if (physical == Physical::kString) {
      std::memcpy(&bytes, row + slots_[i], sizeof(bytes));
      if (bytes <= StringView::kInlineBytes) bytes = 0;
    } else if (isNestedPhysical(physical)) {
      std::memcpy(&bytes, row + slots_[i] + 4, sizeof(bytes));
    }
    size += bytes;
  }
  return roundUp8(size);
}

std::string_view RowLayout::text(const char* row, size_t field) const {
  uint32_t size;
  std::memcpy(&size, row + slots_[field], sizeof(size));
  if (size <= StringView::kInlineBytes) return {row + slots_[field] + 4, size};
  uint32_t offset;
  std::memcpy(&offset, row + slots_[field] + 8, sizeof(offset));
  return {row + offset, size};
}

}  // namespace millrace
