// SortKeys: the memcmp-comparable sort keys of the rows of a batch, and a time column read as
// milliseconds.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "types/sort_key.h"
#include "types/sort_order.h"

namespace millrace {

// Keeps its buffers from batch to batch. Without order columns all keys are empty. Not thread-safe.
class SortKeys {
 public:
  // input: the types of all input columns.
  SortKeys(std::span<const SortOrder> order, const std::vector<Type>& input)
      : encoder_(sortColumns(order, input)) {
    for (const SortOrder& entry : order) columns_.push_back(entry.column);
  }

  void encode(std::span<const ColumnPtr> input, const Rows& rows) {
    if (columns_.empty()) return;
    order_.clear();
    for (uint32_t column : columns_) order_.push_back(input[column]);
    if (encoder_.isFixed()) {
      width_ = encoder_.fixedSize();
      bytes_.resize(rows.count() * width_);
      encoder_.encodeFixed(order_, rows, bytes_.data());
    } else {
      bytes_.clear();
      offsets_.clear();
      encoder_.encode(order_, rows, bytes_, offsets_);
    }
  }
  // The key of the k-th of the encoded rows.
  std::string_view key(size_t k) const {
    if (columns_.empty()) return {};
    if (encoder_.isFixed()) return {bytes_.data() + k * width_, width_};
    return {bytes_.data() + offsets_[k], offsets_[k + 1] - offsets_[k]};
  }

 private:
  static std::vector<SortColumn> sortColumns(std::span<const SortOrder> order,
                                             const std::vector<Type>& input) {
    std::vector<SortColumn> columns;
    for (const SortOrder& entry : order) {
      columns.push_back({input[entry.column], entry.ascending, entry.nullsFirst});
    }
    return columns;
  }

  std::vector<uint32_t> columns_;
  SortKeyEncoder encoder_;
  std::vector<ColumnPtr> order_;
  size_t width_ = 0;
  std::string bytes_;
  std::vector<uint32_t> offsets_;
};

// A TIMESTAMP or TIMESTAMP_LTZ column of any precision.
class TimeColumn {
 public:
  explicit TimeColumn(const Column& column)
      : column_(column), nanos_(column.physical() == Physical::kNanoTimestamp) {}
  // Rounded down.
  int64_t millis(size_t row) const {
    size_t position = column_.position(row);
    if (nanos_) return column_.values<NanoTimestamp>()[position].millis;
    int64_t micros = column_.values<int64_t>()[position];
    return micros / 1000 - (micros % 1000 < 0);
  }

 private:
  const Column& column_;
  bool nanos_;
};

}  // namespace millrace
