#include "operators/aggregation/distinct_values.h"

#include <algorithm>

namespace millrace {

namespace {

// Without retraction one bit per variant says that the value has been seen.
constexpr size_t kBitsPerWord = 64;

}  // namespace

DistinctValues::DistinctValues(std::vector<uint32_t> arguments, bool retracting)
    : arguments_(std::move(arguments)), retracting_(retracting) {}

size_t DistinctValues::addVariant(int filter) {
  auto found = std::find(filters_.begin(), filters_.end(), filter);
  if (found != filters_.end()) return found - filters_.begin();
  filters_.push_back(filter);
  return filters_.size() - 1;
}

Status DistinctValues::open(StateStore& store, StateSchema schema, const std::vector<Type>& input,
                            const std::vector<std::string>& inputNames) {
  schema.kind = StateKind::kKeyedTable;
  schema.groupColumns = static_cast<uint32_t>(schema.key.size());
  std::string filters;
  if (!inputNames.empty()) {
    schema.name = "distinct";
    bool plain = filters_.size() == 1 && filters_[0] < 0;
    for (size_t i = 0; i < filters_.size() && !plain; ++i) {
      filters += "; " + (filters_[i] < 0 ? "all" : inputNames[static_cast<size_t>(filters_[i])]);
    }
  }
  for (uint32_t argument : arguments_) {
    schema.key.push_back(input[argument]);
    if (inputNames.empty()) continue;
    schema.keyNames.push_back(inputNames[argument]);
    schema.name += " " + inputNames[argument];
  }
  size_t words = filters_.size();
  if (!retracting_) words = (words + kBitsPerWord - 1) / kBitsPerWord;
  schema.parts.push_back({.name = retracting_ ? "rows" : "seen",
                          .type = (retracting_ ? "BIGINT per filter" : "bit per filter") + filters,
                          .bytes = static_cast<uint32_t>(8 * words)});
  table_ = TRY(store.openTable(std::move(schema)));
  masks_.resize(filters_.size());
  return {};
}

void DistinctValues::apply(const Batch& batch, const std::vector<uint32_t>& groupKey,
                           const std::vector<const uint8_t*>& passes) {
  std::vector<ColumnPtr> columns;
  for (uint32_t key : groupKey) columns.push_back(batch.column(key));
  for (uint32_t argument : arguments_) columns.push_back(batch.column(argument));
  Rows rows = batch.rows();
  keys_.encode(table_->encoder(), columns, rows);
  values_.resize(rows.count());
  // What has been seen is not written again, as in Flink: it counts anew after its time to live.
  table_->findOrInsert(keys_, values_.data(), nullptr,
                       retracting_ ? KeyedTable::Access::kWrite : KeyedTable::Access::kLookAt);
  for (std::vector<uint8_t>& mask : masks_) mask.resize(batch.numRows());
  if (retracting_) {
    countRetracting(batch, passes);
    eraseUnused();
  } else {
    countInserts(rows, passes);
  }
}

void DistinctValues::countInserts(const Rows& rows, const std::vector<const uint8_t*>& passes) {
  for (size_t v = 0; v < filters_.size(); ++v) {
    uint8_t* mask = masks_[v].data();
    const uint8_t* pass = passes[v];
    uint64_t bit = uint64_t{1} << (v % kBitsPerWord);
    size_t word = v / kBitsPerWord;
    for (uint32_t k = 0; k < rows.count(); ++k) {
      uint32_t row = rows[k];
      uint64_t& seen = reinterpret_cast<uint64_t*>(values_[k])[word];
      bool counts = pass == nullptr || pass[row] != 0;
      mask[row] = counts && (seen & bit) == 0;
      if (mask[row] == 0) continue;
      seen |= bit;
      table_->touch(values_[k]);
    }
  }
}

void DistinctValues::countRetracting(const Batch& batch,
                                     const std::vector<const uint8_t*>& passes) {
  Rows rows = batch.rows();
  unused_.clear();
  for (size_t v = 0; v < filters_.size(); ++v) {
    uint8_t* mask = masks_[v].data();
    const uint8_t* pass = passes[v];
    for (uint32_t k = 0; k < rows.count(); ++k) {
      uint32_t row = rows[k];
      int64_t& count = reinterpret_cast<int64_t*>(values_[k])[v];
      mask[row] = 0;
      if (pass == nullptr || pass[row] != 0) {
        if (isAdd(batch.kind(row))) {
          mask[row] = count++ == 0;
        } else if (count > 0) {
          mask[row] = --count == 0;
        }
      }
      if (count == 0) unused_.push_back(values_[k]);
    }
  }
}

// Removes the values that no variant counts any more.
void DistinctValues::eraseUnused() {
  std::sort(unused_.begin(), unused_.end());
  unused_.erase(std::unique(unused_.begin(), unused_.end()), unused_.end());
  for (std::byte* value : unused_) {
    const int64_t* counts = reinterpret_cast<const int64_t*>(value);
    bool used = std::any_of(counts, counts + filters_.size(), [](int64_t c) { return c != 0; });
    if (!used) table_->erase(value);
  }
}

}  // namespace millrace
