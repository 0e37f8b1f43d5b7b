#include "types/key_codec.h"

#include <algorithm>
#include <cstring>

#include "types/nested_codec.h"

namespace millrace {

namespace {

template <typename T>
T normalised(T value) {
  return value;
}
float normalised(float value) { return canonicalReal(value, false); }
double normalised(double value) { return canonicalReal(value, false); }

// Where a column goes inside keys of `stride` bytes.
struct KeyPlace {
  size_t stride;
  size_t offset;
  size_t nullByte;
  uint8_t nullMask;
};

template <typename T, size_t kStride>
void encodeColumn(const Column& column, Rows rows, KeyPlace place, char* keys) {
  ColumnValues<T> values(column);
  uint32_t count = rows.count();
  char* slot = keys + place.offset;
  if (!column.mayHaveNulls()) {
    for (uint32_t k = 0; k < count; ++k) {
      T value = normalised(values[rows[k]]);
      std::memcpy(slot + k * kStride, &value, sizeof(T));
    }
    return;
  }
  char* nulls = keys + place.nullByte;
  for (uint32_t k = 0; k < count; ++k) {
    if (column.isNull(rows[k])) {
      nulls[k * kStride] = static_cast<char>(nulls[k * kStride] | place.nullMask);
      continue;
    }
    T value = normalised(values[rows[k]]);
    std::memcpy(slot + k * kStride, &value, sizeof(T));
  }
}

template <size_t kStride>
void encodeAny(const Column& column, Rows rows, KeyPlace place, char* keys) {
  switch (column.physical()) {
    case Physical::kFloat:
      return encodeColumn<float, kStride>(column, rows, place, keys);
    case Physical::kDouble:
      return encodeColumn<double, kStride>(column, rows, place, keys);
    default:
      break;
  }
  switch (physicalWidth(column.physical())) {
    case 1:
      return encodeColumn<uint8_t, kStride>(column, rows, place, keys);
    case 2:
      return encodeColumn<uint16_t, kStride>(column, rows, place, keys);
    case 4:
      return encodeColumn<uint32_t, kStride>(column, rows, place, keys);
    case 8:
      return encodeColumn<uint64_t, kStride>(column, rows, place, keys);
    default:
      return encodeColumn<NanoTimestamp, kStride>(column, rows, place, keys);
  }
}

template <typename T>
void decodeColumn(const char* keys, size_t n, KeyPlace place, Column& out) {
  T* values = out.mutableValues<T>();
  const char* slot = keys + place.offset;
  for (size_t k = 0; k < n; ++k) std::memcpy(&values[k], slot + k * place.stride, sizeof(T));
}

MutableColumnPtr decodeAny(const char* keys, size_t n, KeyPlace place, const Type& type,
                           bool nullBits) {
  MutableColumnPtr column = Column::make(type, n);
  switch (physicalWidth(type.physical())) {
    case 1:
      decodeColumn<uint8_t>(keys, n, place, *column);
      break;
    case 2:
      decodeColumn<uint16_t>(keys, n, place, *column);
      break;
    case 4:
      decodeColumn<uint32_t>(keys, n, place, *column);
      break;
    case 8:
      decodeColumn<uint64_t>(keys, n, place, *column);
      break;
    default:
      decodeColumn<NanoTimestamp>(keys, n, place, *column);
      break;
  }
  if (!nullBits) return column;
  for (size_t k = 0; k < n; ++k) {
    if (keys[k * place.stride + place.nullByte] & place.nullMask) column->setNull(k);
  }
  return column;
}

bool isInlineType(const Type& type) {
  return !type.isNested() && type.physical() != Physical::kString;
}

KeyPlace placeOf(size_t stride, size_t column, uint32_t offset, uint32_t nullOffset) {
  return {stride, offset, nullOffset + column / 8, static_cast<uint8_t>(1 << (column % 8))};
}

}  // namespace

KeyEncoder::KeyEncoder(std::vector<Type> types)
    : layout_(std::move(types), true), offsets_(layout_.numFields()) {
  CHECK(layout_.numFields() > 0);
  bool fixed = true;
  uint32_t bytes = 0;
  for (size_t width : {16, 8, 4, 2, 1}) {
    for (size_t i = 0; i < layout_.numFields(); ++i) {
      const Type& type = layout_.types()[i];
      fixed = fixed && isInlineType(type);
      if (physicalWidth(type.physical()) != width) continue;
      offsets_[i] = bytes;
      bytes += static_cast<uint32_t>(width);
    }
  }
  for (const Type& type : layout_.types()) nullBits_ = nullBits_ || type.nullable();
  nullOffset_ = bytes;
  if (nullBits_) bytes += static_cast<uint32_t>((layout_.numFields() + 7) / 8);
  kind_ = !fixed || bytes > 16 ? Kind::kBytes : (bytes <= 8 ? Kind::kInline8 : Kind::kInline16);
}

void KeyEncoder::encode8(std::span<const ColumnPtr> columns, Rows rows, uint64_t* keys) const {
  DCHECK(kind_ == Kind::kInline8);
  std::fill_n(keys, rows.count(), 0);
  for (size_t i = 0; i < columns.size(); ++i) {
    encodeAny<8>(*columns[i], rows, placeOf(8, i, offsets_[i], nullOffset_),
                 reinterpret_cast<char*>(keys));
  }
}

void KeyEncoder::encode16(std::span<const ColumnPtr> columns, Rows rows, InlineKey16* keys) const {
  DCHECK(kind_ == Kind::kInline16);
  std::fill_n(keys, rows.count(), InlineKey16{});
  for (size_t i = 0; i < columns.size(); ++i) {
    encodeAny<16>(*columns[i], rows, placeOf(16, i, offsets_[i], nullOffset_),
                  reinterpret_cast<char*>(keys));
  }
}

void KeyEncoder::decode8(const uint64_t* keys, size_t n, std::vector<MutableColumnPtr>& out) const {
  for (size_t i = 0; i < layout_.numFields(); ++i) {
    out.push_back(decodeAny(reinterpret_cast<const char*>(keys), n,
                            placeOf(8, i, offsets_[i], nullOffset_), types()[i], nullBits_));
  }
}

void KeyEncoder::decode16(const InlineKey16* keys, size_t n,
                          std::vector<MutableColumnPtr>& out) const {
  for (size_t i = 0; i < layout_.numFields(); ++i) {
    out.push_back(decodeAny(reinterpret_cast<const char*>(keys), n,
                            placeOf(16, i, offsets_[i], nullOffset_), types()[i], nullBits_));
  }
}

}  // namespace millrace
