// ColumnBuilder: writes a column row by row when the number of rows is not known beforehand.
//
//   ColumnBuilder tags(Type::array(Type::string()));
//   tags.beginList();
//   tags.child(0).appendString("a");
//   tags.endList();
//   tags.appendNull();
//   MutableColumnPtr column = tags.finish();     // [['a'], NULL]
//
// One thread. The builder of a nested type owns the builders of its children.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "types/column.h"

namespace millrace {

class Value;

class ColumnBuilder {
 public:
  explicit ColumnBuilder(const Type& type);
  ColumnBuilder(ColumnBuilder&&) = default;
  ColumnBuilder& operator=(ColumnBuilder&&) = default;

  const Type& type() const { return type_; }
  Physical physical() const { return physical_; }
  size_t size() const { return size_; }
  void reserve(size_t rows);

  void appendNull();
  void appendBool(bool value) { appendFixed<uint8_t>(value ? 1 : 0); }
  // TINYINT to BIGINT, DATE, TIME, intervals, short DECIMAL and micros TIMESTAMP: cut to the
  // column's width.
  void appendInt(int64_t value) {
    switch (width_) {
      case 8:
        appendFixed<int64_t>(value);
        return;
      case 4:
        appendFixed<int32_t>(static_cast<int32_t>(value));
        return;
      case 2:
        appendFixed<int16_t>(static_cast<int16_t>(value));
        return;
      default:
        appendFixed<int8_t>(static_cast<int8_t>(value));
        return;
    }
  }
  // DECIMAL of any precision, by unscaled value.
  void appendWide(int128 value) {
    if (width_ == 16) {
      appendFixed<int128>(value);
    } else {
      appendInt(static_cast<int64_t>(value));
    }
  }
  // FLOAT and DOUBLE.
  void appendReal(double value) {
    if (width_ == 8) {
      appendFixed<double>(value);
    } else {
      appendFixed<float>(static_cast<float>(value));
    }
  }
  void appendNano(NanoTimestamp value) { appendFixed<NanoTimestamp>(value); }
  // Copies the bytes.
  void appendString(std::string_view text);
  // Keeps the view. Requires: its bytes live in a buffer passed to retain().
  void appendView(StringView view) { appendFixed<StringView>(view); }
  void retain(BufferPtr buffer);
  // One value of the column's own width.
  template <typename T>
  void appendFixed(T value) {
    DCHECK(sizeof(T) == width_);
    if (size_ == capacity_) [[unlikely]]
      grow(size_ + 1);
    reinterpret_cast<T*>(values_->data())[size_++] = value;
  }

  // ARRAY, MAP, MULTISET: between the two, append elements to child(0) (and child(1)).
  void beginList() { listBegin_ = children_[0].size(); }
  void endList();
  // ROW: after one value was appended to every child.
  void endRow();
  ColumnBuilder& child(size_t i) { return children_[i]; }

  // Requires: the value fits the type.
  void appendValue(const Value& value);
  // Copies one row of a column of the same type.
  void append(const Column& source, size_t row);

  // Takes back the rows from `rows` on, and what children hold beyond the remaining rows.
  void truncate(size_t rows);
  // The column; the builder is empty afterwards.
  MutableColumnPtr finish();

 private:
  void grow(size_t rows);

  Type type_;
  Physical physical_;
  size_t width_;
  size_t size_ = 0;
  size_t capacity_ = 0;
  size_t listBegin_ = 0;
  // Shared because the finished column takes them over.
  BufferPtr values_;
  BufferPtr validity_;
  std::vector<ColumnBuilder> children_;
  std::vector<BufferPtr> retained_;
  char* heapNext_ = nullptr;
  char* heapEnd_ = nullptr;
};

}  // namespace millrace
