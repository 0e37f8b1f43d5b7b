#include "functions/value_compare.h"

#include <algorithm>
#include <functional>

namespace millrace {

namespace {

template <typename T>
int order(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

template <typename T>
int orderReal(T a, T b) {
  bool nanA = a != a, nanB = b != b;
  if (nanA || nanB) return static_cast<int>(nanA) - static_cast<int>(nanB);
  return order(a, b);
}

template <typename T>
int orderAt(const Column& a, size_t i, const Column& b, size_t k) {
  return order(a.values<T>()[i], b.values<T>()[k]);
}

int compareLists(const Column& a, size_t i, const Column& b, size_t k) {
  ListRange left = a.ranges()[i], right = b.ranges()[k];
  uint32_t common = std::min(left.length, right.length);
  for (uint32_t n = 0; n < common; ++n) {
    for (size_t child = 0; child < a.numChildren(); ++child) {
      int result =
          compareNullable(*a.child(child), left.offset + n, *b.child(child), right.offset + n);
      if (result != 0) return result;
    }
  }
  return order(left.length, right.length);
}

// Maps are equal when every entry of one has its equal in the other, in any order.
int compareMaps(const Column& a, size_t i, const Column& b, size_t k) {
  ListRange left = a.ranges()[i], right = b.ranges()[k];
  if (left.length != right.length) return order(left.length, right.length);
  for (uint32_t n = 0; n < left.length; ++n) {
    bool found = false;
    for (uint32_t m = 0; m < right.length && !found; ++m) {
      found = compareNullable(*a.child(0), left.offset + n, *b.child(0), right.offset + m) == 0 &&
              compareNullable(*a.child(1), left.offset + n, *b.child(1), right.offset + m) == 0;
    }
    if (!found) return compareLists(a, i, b, k);
  }
  return 0;
}

int compareFields(const Column& a, size_t i, const Column& b, size_t k) {
  for (size_t child = 0; child < a.numChildren(); ++child) {
    int result = compareNullable(*a.child(child), i, *b.child(child), k);
    if (result != 0) return result;
  }
  return 0;
}

uint64_t mix(uint64_t hash, uint64_t value) {
  hash ^= value;
  hash *= 0x9E3779B97F4A7C15ull;
  return hash ^ (hash >> 29);
}

uint64_t hashReal(double value) {
  if (value == 0) value = 0;
  // All NaNs are equal, whatever their bits.
  if (value != value) return 0x7FF8;
  return std::hash<double>()(value);
}

uint64_t hashWide(int128 value) {
  return mix(static_cast<uint64_t>(value), static_cast<uint64_t>(value >> 64));
}

}  // namespace

int compareRows(const Column& a, size_t rowA, const Column& b, size_t rowB) {
  size_t i = a.position(rowA), k = b.position(rowB);
  switch (a.physical()) {
    case Physical::kBool:
      return orderAt<uint8_t>(a, i, b, k);
    case Physical::kInt8:
      return orderAt<int8_t>(a, i, b, k);
    case Physical::kInt16:
      return orderAt<int16_t>(a, i, b, k);
    case Physical::kInt32:
      return orderAt<int32_t>(a, i, b, k);
    case Physical::kInt64:
      return orderAt<int64_t>(a, i, b, k);
    case Physical::kInt128:
      return orderAt<int128>(a, i, b, k);
    case Physical::kNanoTimestamp:
      return orderAt<NanoTimestamp>(a, i, b, k);
    case Physical::kFloat:
      return orderReal(a.values<float>()[i], b.values<float>()[k]);
    case Physical::kDouble:
      return orderReal(a.values<double>()[i], b.values<double>()[k]);
    case Physical::kString:
      return compare(a.values<StringView>()[i], b.values<StringView>()[k]);
    case Physical::kRow:
      return compareFields(a, i, b, k);
    case Physical::kArray:
      return compareLists(a, i, b, k);
    case Physical::kMap:
      return compareMaps(a, i, b, k);
  }
  UNREACHABLE();
}

int compareNullable(const Column& a, size_t rowA, const Column& b, size_t rowB) {
  bool nullA = a.isNull(rowA), nullB = b.isNull(rowB);
  if (nullA || nullB) return static_cast<int>(nullB) - static_cast<int>(nullA);
  return compareRows(a, rowA, b, rowB);
}

uint64_t hashRow(const Column& column, size_t row) {
  if (column.isNull(row)) return 0x5BD1E995;
  size_t i = column.position(row);
  switch (column.physical()) {
    case Physical::kBool:
    case Physical::kInt8:
      return mix(1, static_cast<uint64_t>(column.values<int8_t>()[i]));
    case Physical::kInt16:
      return mix(1, static_cast<uint64_t>(column.values<int16_t>()[i]));
    case Physical::kInt32:
      return mix(1, static_cast<uint64_t>(column.values<int32_t>()[i]));
    case Physical::kInt64:
      return mix(1, static_cast<uint64_t>(column.values<int64_t>()[i]));
    case Physical::kInt128:
      return hashWide(column.values<int128>()[i]);
    case Physical::kFloat:
      return hashReal(column.values<float>()[i]);
    case Physical::kDouble:
      return hashReal(column.values<double>()[i]);
    case Physical::kNanoTimestamp: {
      NanoTimestamp value = column.values<NanoTimestamp>()[i];
      return mix(static_cast<uint64_t>(value.millis), static_cast<uint64_t>(value.nanos));
    }
    case Physical::kString:
      return std::hash<std::string_view>()(column.values<StringView>()[i].view());
    case Physical::kMap:
      // The order of entries does not matter, so only their number counts.
      return mix(2, column.ranges()[i].length);
    case Physical::kArray: {
      ListRange range = column.ranges()[i];
      uint64_t hash = range.length;
      for (uint32_t n = 0; n < range.length; ++n) {
        hash = mix(hash, hashRow(*column.child(0), range.offset + n));
      }
      return hash;
    }
    case Physical::kRow: {
      uint64_t hash = 3;
      for (size_t c = 0; c < column.numChildren(); ++c) {
        hash = mix(hash, hashRow(*column.child(c), i));
      }
      return hash;
    }
  }
  UNREACHABLE();
}

}  // namespace millrace
