// Columns of a stored row or key as those of a changed schema: picked, reordered and widened.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "types/cast.h"
#include "types/column.h"
#include "types/row_codec.h"

namespace millrace {

class ColumnConversion {
 public:
  // from[i]: the stored column of wanted column i.
  static Result<ColumnConversion> make(const std::vector<Type>& stored,
                                       const std::vector<Type>& wanted, std::vector<uint32_t> from);

  // The first n rows of stored columns as wanted columns. A NULL where none may be is kRestore.
  Result<std::vector<ColumnPtr>> apply(std::span<const ColumnPtr> stored, size_t n) const;

 private:
  ColumnConversion() = default;

  std::vector<Type> wanted_;
  std::vector<uint32_t> from_;
  std::vector<std::shared_ptr<const Cast>> casts_;  // nullptr: the values stay as they are
};

// The same for rows in the bytes of RowLayout.
class RowConversion {
 public:
  static Result<RowConversion> make(const std::vector<Type>& stored,
                                    const std::vector<Type>& wanted, std::vector<uint32_t> from);

  // Row k of the result: bytes of the wanted layout, valid until the next call.
  Status apply(const char* const* rows, size_t n);
  size_t size() const { return sizes_.size(); }
  std::string_view row(size_t k) const { return {pointers_[k], sizes_[k]}; }
  const std::vector<ColumnPtr>& columns() const { return columns_; }

 private:
  RowConversion(const std::vector<Type>& stored, const std::vector<Type>& wanted,
                ColumnConversion columns)
      : stored_(stored), layout_(wanted), conversion_(std::move(columns)) {}

  RowLayout stored_;
  RowLayout layout_;
  ColumnConversion conversion_;
  std::vector<ColumnPtr> columns_;
  std::vector<uint32_t> sizes_;
  std::vector<char*> pointers_;
  std::vector<char> storage_;
};

}  // namespace millrace
