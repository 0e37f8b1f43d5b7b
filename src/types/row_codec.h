// The row format of operator state: one row as position-independent bytes.
//
//   slots, widest first | null bits | variable part | zero padding to a multiple of 8
//
// A slot has the width of its column's layout. A string slot is 4 bytes of size, then either the
// 12 inline bytes or a 4-byte prefix, a 4-byte offset from the row's start into the variable part
// and 4 zero bytes. A nested slot is a 4-byte offset and a 4-byte size; its bytes are a count (for
// lists), null bits and the values in order. Slots of NULLs and all padding are zero, so equal rows
// have equal bytes and may be compared and hashed as bytes. All NaNs are stored as one, -0.0 stays
// what it is. docs/internals/row-format.md has the bytes.
//
// A RowLayout is immutable and may be used by several threads.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "types/column.h"
#include "types/rows.h"

namespace millrace {

class RowLayout {
 public:
  // With `normaliseKeys`, MAP and MULTISET entries are sorted by their key's
  // bytes, so that values that are equal as grouping keys have equal bytes.
  explicit RowLayout(std::vector<Type> types, bool normaliseKeys = false);

  const std::vector<Type>& types() const { return types_; }
  size_t numFields() const { return types_.size(); }
  // Bytes of a row without variable part, a multiple of 8.
  size_t fixedSize() const { return fixedSize_; }
  // True when every row has fixedSize() bytes.
  bool isFixed() const { return !variable_; }

  // The size of each row: sizes[k] is for rows[k]; a multiple of 8.
  void measure(std::span<const ColumnPtr> columns, Rows rows, uint32_t* sizes) const;
  // Writes rows[k] to targets[k], which has room for its measured size (any alignment).
  void encode(std::span<const ColumnPtr> columns, Rows rows, char* const* targets) const;

  // Appends to `out` one column of `n` values per entry of `fields`. A row that is nullptr gives
  // NULLs. Long strings become views into the rows, and their columns are marked as borrowed.
  void decode(const char* const* rows, size_t n, std::span<const uint32_t> fields,
              std::vector<MutableColumnPtr>& out) const;
  // All fields.
  void decode(const char* const* rows, size_t n, std::vector<MutableColumnPtr>& out) const;

  // The size of an encoded row, from its slots.
  size_t rowSize(const char* row) const;

  bool isNull(const char* row, size_t field) const {
    return (row[nullOffset_ + field / 8] >> (field % 8) & 1) != 0;
  }
  // A field of fixed width. Requires: sizeof(T) is the width of its layout.
  template <typename T>
  T value(const char* row, size_t field) const {
    DCHECK(sizeof(T) == physicalWidth(types_[field].physical()));
    T out;
    std::memcpy(&out, row + slots_[field], sizeof(T));
    return out;
  }
  // A string field; the view points into the row.
  std::string_view text(const char* row, size_t field) const;
  // Where the slot of a field starts.
  size_t slotOffset(size_t field) const { return slots_[field]; }

 private:
  void encodeStrings(const Column& column, Rows rows, size_t field, char* const* targets,
                     uint32_t* cursors) const;
  void encodeNested(const Column& column, Rows rows, size_t field, char* const* targets,
                    uint32_t* cursors) const;
  MutableColumnPtr decodeField(const char* const* rows, size_t n, size_t field) const;

  std::vector<Type> types_;
  std::vector<uint32_t> slots_;
  uint32_t nullOffset_ = 0;
  uint32_t fixedSize_ = 0;  // rounded up to 8
  uint32_t usedFixed_ = 0;  // where the variable part starts
  bool variable_ = false;
  bool normaliseKeys_;
};

}  // namespace millrace
