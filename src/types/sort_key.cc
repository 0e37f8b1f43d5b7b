#include "types/sort_key.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace millrace {

namespace {

template <typename T>
struct Ordered;  // the unsigned integer of the same order

template <>
struct Ordered<uint8_t> {
  using Word = uint8_t;
  static Word of(uint8_t value) { return value; }
};
template <>
struct Ordered<int8_t> {
  using Word = uint8_t;
  static Word of(int8_t value) { return static_cast<uint8_t>(value ^ int8_t(0x80)); }
};
template <>
struct Ordered<int16_t> {
  using Word = uint16_t;
  static Word of(int16_t value) {
    return __builtin_bswap16(static_cast<uint16_t>(value) ^ uint16_t{0x8000});
  }
};
template <>
struct Ordered<int32_t> {
  using Word = uint32_t;
  static Word of(int32_t value) {
    return __builtin_bswap32(static_cast<uint32_t>(value) ^ uint32_t{1} << 31);
  }
};
template <>
struct Ordered<int64_t> {
  using Word = uint64_t;
  static Word of(int64_t value) {
    return __builtin_bswap64(static_cast<uint64_t>(value) ^ uint64_t{1} << 63);
  }
};
template <>
struct Ordered<int128> {
  using Word = unsigned __int128;
  static Word of(int128 value) {
    Word bits = static_cast<Word>(value) ^ Word { 1 } << 127;
    Word high = __builtin_bswap64(static_cast<uint64_t>(bits >> 64));
    Word low = __builtin_bswap64(static_cast<uint64_t>(bits));
    return low << 64 | high;
  }
};
template <>
struct Ordered<float> {
  using Word = uint32_t;
  static Word of(float value) {
    if (value != value) value = __builtin_nanf("");
    uint32_t bits = std::bit_cast<uint32_t>(value);
    bits = bits >> 31 ? ~bits : bits | uint32_t{1} << 31;
    return __builtin_bswap32(bits);
  }
};
template <>
struct Ordered<double> {
  using Word = uint64_t;
  static Word of(double value) {
    if (value != value) value = __builtin_nan("");
    uint64_t bits = std::bit_cast<uint64_t>(value);
    bits = bits >> 63 ? ~bits : bits | uint64_t{1} << 63;
    return __builtin_bswap64(bits);
  }
};

// The bytes a layout takes in a key; 0 when it varies.
size_t orderedWidth(Physical physical) {
  switch (physical) {
    case Physical::kNanoTimestamp:
      return 12;
    case Physical::kString:
      return 0;
    default:
      return physicalWidth(physical);
  }
}

template <typename Work>
void withFixedOrder(Physical physical, Work&& work) {
  switch (physical) {
    case Physical::kBool:
      return work(uint8_t{});
    case Physical::kInt8:
      return work(int8_t{});
    case Physical::kInt16:
      return work(int16_t{});
    case Physical::kInt32:
      return work(int32_t{});
    case Physical::kInt64:
      return work(int64_t{});
    case Physical::kInt128:
      return work(int128{});
    case Physical::kFloat:
      return work(float{});
    case Physical::kDouble:
      return work(double{});
    default:
      UNREACHABLE();
  }
}

template <typename T>
void writeOrdered(T value, bool ascending, char* target) {
  auto bits = Ordered<T>::of(value);
  if (!ascending) bits = static_cast<decltype(bits)>(~bits);
  std::memcpy(target, &bits, sizeof(bits));
}

void writeOrdered(NanoTimestamp value, bool ascending, char* target) {
  writeOrdered<int64_t>(value.millis, ascending, target);
  writeOrdered<int32_t>(value.nanos, ascending, target + 8);
}

char nullByte(const SortColumn& order, bool isNull) {
  return static_cast<char>(isNull == order.nullsFirst ? 0 : 1);
}

template <typename T>
void encodeFixedColumn(const Column& column, Rows rows, const SortColumn& order, size_t stride,
                       size_t width, char* keys) {
  ColumnValues<T> values(column);
  for (uint32_t k = 0; k < rows.count(); ++k) {
    char* key = keys + k * stride;
    uint32_t row = rows[k];
    if (order.type.nullable()) {
      bool isNull = column.isNull(row);
      *key++ = nullByte(order, isNull);
      if (isNull) {
        std::memset(key, 0, width);
        continue;
      }
    }
    writeOrdered(values[row], order.ascending, key);
  }
}

void appendInverted(size_t begin, std::string& out) {
  for (size_t i = begin; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
}

void appendText(std::string_view text, std::string& out) {
  for (char c : text) {
    out += c;
    if (c == '\0') out += '\xFF';
  }
  out.append(2, '\0');
}

void appendValue(const Column& column, size_t row, std::string& out);

// Inside nested values NULLs come first.
void appendNullable(const Column& column, size_t row, std::string& out) {
  bool isNull = column.isNull(row);
  out += static_cast<char>(isNull ? 1 : 2);
  if (!isNull) appendValue(column, row, out);
}

// The ascending bytes of a value that is not NULL.
void appendValue(const Column& column, size_t row, std::string& out) {
  size_t position = column.position(row);
  switch (column.physical()) {
    case Physical::kString:
      return appendText(column.values<StringView>()[position], out);
    case Physical::kRow:
      for (size_t i = 0; i < column.numChildren(); ++i) {
        appendNullable(*column.child(i), position, out);
      }
      return;
    case Physical::kArray: {
      ListRange range = column.ranges()[position];
      for (uint32_t k = 0; k < range.length; ++k) {
        appendNullable(*column.child(0), range.offset + k, out);
      }
      out += '\0';
      return;
    }
    case Physical::kMap:
      UNREACHABLE("maps have no order");
    case Physical::kNanoTimestamp: {
      char bytes[12];
      writeOrdered(column.values<NanoTimestamp>()[position], true, bytes);
      out.append(bytes, sizeof(bytes));
      return;
    }
    default:
      withFixedOrder(column.physical(), [&](auto tag) {
        char bytes[16];
        writeOrdered(column.values<decltype(tag)>()[position], true, bytes);
        out.append(bytes, sizeof(tag));
      });
  }
}

}  // namespace

SortKeyEncoder::SortKeyEncoder(std::vector<SortColumn> columns) : columns_(std::move(columns)) {
  size_t size = 0;
  for (const SortColumn& column : columns_) {
    size_t width = orderedWidth(column.type.physical());
    if (width == 0) return;
    offsets_.push_back(static_cast<uint32_t>(size));
    size += width + (column.type.nullable() ? 1 : 0);
  }
  fixedSize_ = size;
}

void SortKeyEncoder::encodeFixed(std::span<const ColumnPtr> columns, Rows rows, char* keys) const {
  DCHECK(isFixed());
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = *columns[i];
    const SortColumn& order = columns_[i];
    size_t width = orderedWidth(column.physical());
    char* target = keys + offsets_[i];
    if (column.physical() == Physical::kNanoTimestamp) {
      encodeFixedColumn<NanoTimestamp>(column, rows, order, fixedSize_, width, target);
      continue;
    }
    withFixedOrder(column.physical(), [&](auto tag) {
      encodeFixedColumn<decltype(tag)>(column, rows, order, fixedSize_, width, target);
    });
  }
}

void SortKeyEncoder::encode(std::span<const ColumnPtr> columns, Rows rows, std::string& bytes,
                            std::vector<uint32_t>& offsets) const {
  uint32_t count = rows.count();
  bytes.clear();
  offsets.resize(count + 1);
  if (isFixed()) {
    bytes.resize(count * fixedSize_);
    encodeFixed(columns, rows, bytes.data());
    for (uint32_t k = 0; k <= count; ++k) offsets[k] = static_cast<uint32_t>(k * fixedSize_);
    return;
  }
  for (uint32_t k = 0; k < count; ++k) {
    offsets[k] = static_cast<uint32_t>(bytes.size());
    for (size_t i = 0; i < columns_.size(); ++i) {
      const SortColumn& order = columns_[i];
      bool isNull = columns[i]->isNull(rows[k]);
      if (order.type.nullable()) bytes += nullByte(order, isNull);
      if (isNull) continue;
      size_t begin = bytes.size();
      appendValue(*columns[i], rows[k], bytes);
      if (!order.ascending) appendInverted(begin, bytes);
    }
  }
  offsets[count] = static_cast<uint32_t>(bytes.size());
}

namespace {

template <typename T>
int compareOrdered(T a, T b) {
  char left[16], right[16];
  writeOrdered(a, true, left);
  writeOrdered(b, true, right);
  return std::memcmp(left, right, sizeof(T));
}

int threeWay(size_t a, size_t b) { return a < b ? -1 : (a > b ? 1 : 0); }

int compareArrays(const Column& a, size_t positionA, const Column& b, size_t positionB) {
  ListRange left = a.ranges()[positionA];
  ListRange right = b.ranges()[positionB];
  for (uint32_t k = 0; k < std::min(left.length, right.length); ++k) {
    int order = compareValues(*a.child(0), left.offset + k, *b.child(0), right.offset + k);
    if (order != 0) return order;
  }
  return threeWay(left.length, right.length);
}

}  // namespace

int compareValues(const Column& a, size_t rowA, const Column& b, size_t rowB) {
  bool nullA = a.isNull(rowA);
  bool nullB = b.isNull(rowB);
  if (nullA || nullB) return static_cast<int>(nullB) - static_cast<int>(nullA);
  size_t i = a.position(rowA);
  size_t k = b.position(rowB);
  switch (a.physical()) {
    case Physical::kString:
      return compare(a.values<StringView>()[i], b.values<StringView>()[k]);
    case Physical::kNanoTimestamp: {
      auto order = a.values<NanoTimestamp>()[i] <=> b.values<NanoTimestamp>()[k];
      return order < 0 ? -1 : (order > 0 ? 1 : 0);
    }
    case Physical::kFloat:
      return compareOrdered(a.values<float>()[i], b.values<float>()[k]);
    case Physical::kDouble:
      return compareOrdered(a.values<double>()[i], b.values<double>()[k]);
    case Physical::kRow:
      for (size_t field = 0; field < a.numChildren(); ++field) {
        int order = compareValues(*a.child(field), i, *b.child(field), k);
        if (order != 0) return order;
      }
      return 0;
    case Physical::kArray:
      return compareArrays(a, i, b, k);
    case Physical::kMap:
      UNREACHABLE("maps have no order");
    default:
      break;
  }
  int order = 0;
  withFixedOrder(a.physical(), [&](auto tag) {
    auto left = a.values<decltype(tag)>()[i];
    auto right = b.values<decltype(tag)>()[k];
    order = left < right ? -1 : (left > right ? 1 : 0);
  });
  return order;
}

int compareRows(std::span<const SortColumn> order, std::span<const ColumnPtr> columnsA, size_t rowA,
                std::span<const ColumnPtr> columnsB, size_t rowB) {
  for (size_t i = 0; i < order.size(); ++i) {
    const Column& a = *columnsA[i];
    const Column& b = *columnsB[i];
    bool nullA = a.isNull(rowA);
    bool nullB = b.isNull(rowB);
    if (nullA || nullB) {
      if (nullA == nullB) continue;
      return nullA == order[i].nullsFirst ? -1 : 1;
    }
    int result = compareValues(a, rowA, b, rowB);
    if (result != 0) return order[i].ascending ? result : -result;
  }
  return 0;
}

}  // namespace millrace
