// Columns: the values of one field for the rows of a batch.
//
// A column is written by one owner, then shared as ColumnPtr (const) and never changed again.
// Values at positions whose validity bit is 0 are unspecified but readable. A constant column holds
// one value that stands for every row. Not thread-safe while being written; const access is.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/check.h"
#include "types/string_view.h"
#include "types/type.h"

namespace millrace {

// Owned, 64-byte aligned memory with 64 readable bytes behind its end (for SIMD and simdjson).
class Buffer {
 public:
  static constexpr size_t kPadding = 64;

  explicit Buffer(size_t size);
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  char* data() { return data_; }
  const char* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  char* data_;
  size_t size_;
};
// Shared because string views of many columns may point into one buffer.
using BufferPtr = std::shared_ptr<Buffer>;

class Column;
using ColumnPtr = std::shared_ptr<const Column>;
using MutableColumnPtr = std::shared_ptr<Column>;

// One element range of an ARRAY or MAP row inside the children.
struct ListRange {
  uint32_t offset = 0;
  uint32_t length = 0;
};

class Column {
 public:
  // A column of `size` rows, all valid, values unspecified (strings empty; lists empty).
  static MutableColumnPtr make(const Type& type, size_t size);
  // One value for all rows: write it at position 0.
  static MutableColumnPtr makeConstant(const Type& type, size_t size);
  static ColumnPtr makeNull(const Type& type, size_t size);

  const Type& type() const { return type_; }
  Physical physical() const { return physical_; }
  size_t size() const { return size_; }
  bool isConstant() const { return constant_; }
  // The position that holds row `row`: 0 for constants.
  size_t position(size_t row) const { return constant_ ? 0 : row; }

  template <typename T>
  const T* values() const {
    DCHECK(sizeof(T) == physicalWidth(physical_));
    return reinterpret_cast<const T*>(values_->data());
  }
  template <typename T>
  T* mutableValues() {
    DCHECK(sizeof(T) == physicalWidth(physical_));
    return reinterpret_cast<T*>(values_->data());
  }
  // ARRAY and MAP: the range of each row.
  const ListRange* ranges() const { return reinterpret_cast<const ListRange*>(values_->data()); }
  ListRange* mutableRanges() { return reinterpret_cast<ListRange*>(values_->data()); }

  // Bit i of word i/64 is 1 when row i is not NULL; nullptr when no row is NULL.
  const uint64_t* validity() const {
    return validity_ ? reinterpret_cast<const uint64_t*>(validity_->data()) : nullptr;
  }
  bool mayHaveNulls() const { return validity_ != nullptr; }
  bool isNull(size_t row) const {
    if (!validity_) return false;
    size_t i = position(row);
    return (validity()[i / 64] >> (i % 64) & 1) == 0;
  }
  // Allocates the bitmap (all valid) on first use.
  uint64_t* mutableValidity();
  void setNull(size_t row);
  void setValid(size_t row);
  // Drops the bitmap: every row is valid.
  void clearValidity() { validity_.reset(); }
  // Shares another column's bitmap (both of the same size and not constant).
  void shareValidity(const Column& other) { validity_ = other.validity_; }

  // Strings. setString copies the bytes into memory of this column (short ones stay inline);
  // allocateString returns room for `size` bytes to be filled by the caller, who then stores
  // StringView(pointer, size) at the row.
  void setString(size_t row, std::string_view text);
  char* allocateString(size_t size);
  // Keeps a buffer alive as long as this column, because views point into it.
  void retain(BufferPtr buffer);
  // Retains everything `other` retains (its views are copied into this column), and takes over
  // its borrowed mark.
  void retainAllOf(const Column& other);
  // Views point into operator state and die when that operator is called again. Whoever keeps the
  // batch longer must copy (Batch::materialize).
  bool borrowed() const { return borrowed_; }
  void markBorrowed() { borrowed_ = true; }

  // Nested columns: ROW fields have this column's size; list children their own.
  size_t numChildren() const { return children_.size(); }
  const ColumnPtr& child(size_t i) const { return children_[i]; }
  void setChild(size_t i, ColumnPtr child) { children_[i] = std::move(child); }
  // Requires: the child was made with this column or by its builder and is not shared yet.
  Column& mutableChild(size_t i) { return const_cast<Column&>(*children_[i]); }

  // Takes over the buffers a writer filled itself: `values` holds at least `size` values of the
  // type's layout, `validity` is null or holds one bit per row.
  static MutableColumnPtr assemble(const Type& type, size_t size, BufferPtr values,
                                   BufferPtr validity, std::vector<ColumnPtr> children,
                                   std::vector<BufferPtr> retained);

  // A shallow copy of this column that may be changed where that is safe (children, retained).
  MutableColumnPtr shallowCopy() const { return std::make_shared<Column>(*this); }
  // The same column with another type of the same physical layout (a rename or a no-op cast).
  ColumnPtr withType(const Type& type) const;

  // Bytes held, counting shared buffers in full.
  size_t byteSize() const;

  // Use make(); public for make_shared only.
  Column(Type type, size_t size, bool constant);
  Column(const Column&) = default;
  Column& operator=(const Column&) = default;

 private:
  Type type_;
  Physical physical_;
  bool constant_;
  bool borrowed_ = false;
  size_t size_;
  BufferPtr values_;
  BufferPtr validity_;
  std::vector<ColumnPtr> children_;
  std::vector<BufferPtr> retained_;
  char* heapNext_ = nullptr;  // free part of the string block being filled
  char* heapEnd_ = nullptr;
};

// Reads the values of a column whether constant or not. The mask is 0 for constants.
template <typename T>
class ColumnValues {
 public:
  explicit ColumnValues(const Column& column)
      : values_(column.values<T>()), mask_(column.isConstant() ? 0 : ~size_t{0}) {}
  const T& operator[](size_t row) const { return values_[row & mask_]; }

 private:
  const T* values_;
  size_t mask_;
};

}  // namespace millrace
