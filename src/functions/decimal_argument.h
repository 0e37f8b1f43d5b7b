// DECIMAL columns of either layout as 128-bit unscaled values.
#pragma once

#include "types/column.h"
#include "types/decimal.h"

namespace millrace {

class DecimalArgument {
 public:
  explicit DecimalArgument(const Column& column)
      : scale_(column.type().scale()),
        isWide_(column.physical() == Physical::kInt128),
        column_(column) {}

  int scale() const { return scale_; }
  int128 operator[](size_t row) const {
    size_t i = column_.position(row);
    return isWide_ ? column_.values<int128>()[i] : column_.values<int64_t>()[i];
  }

 private:
  int scale_;
  bool isWide_;
  const Column& column_;
};

// Stores a value or, where there is none, NULL.
inline void storeDecimal(OptionalDecimal value, uint32_t row, Column& out) {
  if (!value) {
    out.setNull(row);
  } else if (out.physical() == Physical::kInt128) {
    out.mutableValues<int128>()[row] = *value;
  } else {
    out.mutableValues<int64_t>()[row] = static_cast<int64_t>(*value);
  }
}

}  // namespace millrace
