// ValueGenerator: the values of one datagen column. Values depend on a seed and the row's number
// only, so that a row is the same whichever subtask makes it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/option.h"
#include "types/column_builder.h"

namespace millrace {

class ValueGenerator {
 public:
  // The column `name` by the options "fields.<name>.*".
  static Result<ValueGenerator> make(const std::string& name, const Type& type,
                                     const OptionReader& options, uint64_t seed);

  // Appends the values of the rows to the builder. `nowMillis` is the current time.
  void append(const std::vector<int64_t>& rows, int64_t nowMillis, ColumnBuilder& builder) const;
  const Type& type() const { return type_; }
  // How many rows a sequence column has; -1 for random columns.
  int64_t sequenceLength() const { return sequence_ ? high_ - low_ + 1 : -1; }
  // Appends the names that stand between "fields." and an option: of this value and those inside.
  void appendNames(std::vector<std::string>& out) const;

 private:
  ValueGenerator() = default;
  Status readOptions(const OptionReader& options);
  Status checkOptions(const OptionReader& options) const;
  Result<int64_t> readLength(const OptionReader& options) const;
  Status readRange(const OptionReader& options);
  Status readSequence(const OptionReader& options);
  void appendOne(int64_t row, int64_t nowMillis, ColumnBuilder& builder) const;
  void appendSequence(int64_t row, ColumnBuilder& builder) const;
  void appendNested(int64_t row, int64_t nowMillis, ColumnBuilder& builder) const;
  void appendText(uint64_t random, ColumnBuilder& builder) const;
  void appendDecimal(uint64_t random, ColumnBuilder& builder) const;
  uint64_t draw(int64_t row) const;

  std::string name_;
  Type type_;
  uint64_t seed_ = 0;
  bool sequence_ = false;
  int64_t low_ = 0;   // of integers; start of a sequence
  int64_t high_ = 0;  // inclusive
  double lowReal_ = 0;
  double highReal_ = 0;
  int64_t length_ = 100;
  bool varyLength_ = false;
  int64_t maxPastMillis_ = 0;
  double nullRate_ = 0;
  // Of ROW fields, or of the elements (keys and values) of a collection.
  std::vector<ValueGenerator> children_;
};

}  // namespace millrace
