// Order of rows for ORDER BY: bytes that memcmp orders, and a comparator on columns.
//
// Encoding of one column: a byte that orders NULLs, then (unless NULL) the value so that unsigned
// byte order is value order, all value bytes inverted when descending. Fixed values are big-endian;
// strings escape 0x00 as 0x00 0xFF and end with 0x00 0x00. -0.0 orders before 0.0 and NaN after
// everything. Columns that cannot be NULL have no NULL byte.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "types/column.h"
#include "types/rows.h"

namespace millrace {

struct SortColumn {
  Type type;
  bool ascending = true;
  bool nullsFirst = true;
};

// Immutable; may be used by several threads. MAP and MULTISET cannot be ordered.
class SortKeyEncoder {
 public:
  explicit SortKeyEncoder(std::vector<SortColumn> columns);

  // True when every key has fixedSize() bytes.
  bool isFixed() const { return fixedSize_ != 0; }
  size_t fixedSize() const { return fixedSize_; }

  // The keys of rows[0], rows[1], ... one after the other: key k is
  // bytes[offsets[k] .. offsets[k + 1]).
  void encode(std::span<const ColumnPtr> columns, Rows rows, std::string& bytes,
              std::vector<uint32_t>& offsets) const;
  // Fixed keys into rows.count() * fixedSize() bytes. Requires: isFixed().
  void encodeFixed(std::span<const ColumnPtr> columns, Rows rows, char* keys) const;

 private:
  std::vector<SortColumn> columns_;
  std::vector<uint32_t> offsets_;  // of each column in a fixed key
  size_t fixedSize_ = 0;
};

// Compares single values of two columns of one type; NULLs are equal to each other and smaller than
// everything else. Negative, 0 or positive.
int compareValues(const Column& a, size_t rowA, const Column& b, size_t rowB);

// Compares rows by ORDER BY columns; columnsA and columnsB hold the sort columns only.
int compareRows(std::span<const SortColumn> order, std::span<const ColumnPtr> columnsA, size_t rowA,
                std::span<const ColumnPtr> columnsB, size_t rowB);

}  // namespace millrace
