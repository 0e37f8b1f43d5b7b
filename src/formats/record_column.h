// RecordColumn: one output column of a text format while a batch is being decoded. Rows are NULL
// until they are set, so that fields absent from a record cost nothing.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "types/bitmap.h"
#include "types/column_builder.h"

namespace millrace {

// A converted value; which member counts follows from the physical type.
struct ScalarValue {
  bool isNull = false;
  // kString: `text` points into the record, so that a view may be kept instead of a copy.
  bool inRecord = false;
  int64_t integer = 0;  // kBool, kInt8 to kInt64
  int128 wide = 0;
  double real = 0;  // kFloat and kDouble
  NanoTimestamp nano;
  std::string_view text;
};

class RecordColumn {
 public:
  explicit RecordColumn(const Type& type);

  const Type& type() const { return type_; }
  Physical physical() const { return physical_; }
  bool isNested() const { return builder_ != nullptr; }

  // Starts a batch of at most `rows` rows.
  void begin(size_t rows);
  // The column of the first `rows` rows. `record` is retained when views point into it.
  ColumnPtr finish(size_t rows, const BufferPtr& record);

  template <typename T>
  void set(size_t row, T value) {
    reinterpret_cast<T*>(data_)[row] = value;
    setBit(valid_, row);
  }
  // Keeps a view into the record.
  void setView(size_t row, std::string_view text) {
    set(row, StringView(text));
    viewsRecord_ |= text.size() > StringView::kInlineBytes;
  }
  void setScalar(size_t row, const ScalarValue& scalar);
  // Makes the row NULL again, whatever was set.
  void clear(size_t row);

  // Nested types: the builder, filled with NULLs up to `row`.
  ColumnBuilder& builderAt(size_t row);

 private:
  void setCopy(size_t row, std::string_view text);

  Type type_;
  Physical physical_;
  // Owned through a pointer because scalar columns, the hot ones, have none.
  std::unique_ptr<ColumnBuilder> builder_;
  BufferPtr values_;
  BufferPtr validity_;
  char* data_ = nullptr;       // of values_
  uint64_t* valid_ = nullptr;  // of validity_
  std::vector<BufferPtr> heaps_;
  char* heapNext_ = nullptr;
  size_t heapLeft_ = 0;
  bool viewsRecord_ = false;
};

// Appends a converted value; the text is copied.
void appendScalar(const ScalarValue& scalar, ColumnBuilder& builder);

}  // namespace millrace
