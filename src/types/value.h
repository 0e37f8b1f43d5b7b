// Value: one SQL value outside a column. For literals, constant folding, printing and tests; never
// per row on a hot path.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "types/column.h"

namespace millrace {

// By physical layout: kBool -> bool; kInt8..kInt64 -> int64_t; kInt128 -> int128; kFloat and
// kDouble -> double; kString -> std::string; ARRAY and ROW -> std::vector<Value>;
// MAP and MULTISET -> vector of pairs. std::monostate is NULL.
class Value {
 public:
  using List = std::vector<Value>;
  using Pairs = std::vector<std::pair<Value, Value>>;

  Value() = default;
  Value(bool value) : data_(value) {}
  Value(int value) : data_(int64_t{value}) {}
  Value(int64_t value) : data_(value) {}
  Value(int128 value) : data_(value) {}
  Value(double value) : data_(value) {}
  Value(NanoTimestamp value) : data_(value) {}
  Value(std::string value) : data_(std::move(value)) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(List value) : data_(std::move(value)) {}
  Value(Pairs value) : data_(std::move(value)) {}

  bool isNull() const { return std::holds_alternative<std::monostate>(data_); }
  bool boolean() const { return std::get<bool>(data_); }
  int64_t integer() const { return std::get<int64_t>(data_); }
  // The unscaled value of a DECIMAL of any precision, or any integer.
  int128 wide() const;
  double real() const { return std::get<double>(data_); }
  NanoTimestamp nanoTimestamp() const { return std::get<NanoTimestamp>(data_); }
  const std::string& text() const { return std::get<std::string>(data_); }
  const List& list() const { return std::get<List>(data_); }
  const Pairs& pairs() const { return std::get<Pairs>(data_); }

  bool operator==(const Value&) const = default;

  // The value of a row of a column, and back. Requires: the value fits the column's type. A list
  // cannot be stored in place because its children would have to grow: ARRAY, MAP and MULTISET go
  // through ColumnBuilder::appendValue (types/column_builder.h).
  static Value of(const Column& column, size_t row);
  void storeInto(Column& column, size_t row) const;
  // A constant column of `size` rows, of any type.
  ColumnPtr toColumn(const Type& type, size_t size) const;

 private:
  std::variant<std::monostate, bool, int64_t, int128, double, NanoTimestamp, std::string, List,
               Pairs>
      data_;
};

}  // namespace millrace
