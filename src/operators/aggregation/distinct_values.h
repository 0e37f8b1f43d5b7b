// DistinctValues: which rows bring a value that their group has not seen yet, or take its last one
// away. One object serves all DISTINCT aggregates over the same arguments; each different FILTER
// among them counts for itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/operator.h"
#include "state/keyed_table.h"

namespace millrace {

class DistinctValues {
 public:
  DistinctValues(std::vector<uint32_t> arguments, bool retracting);

  const std::vector<uint32_t>& arguments() const { return arguments_; }
  // The variant that counts rows passing this filter column (-1: all rows).
  size_t addVariant(int filter);
  size_t numVariants() const { return filters_.size(); }
  int filterOf(size_t variant) const { return filters_[variant]; }

  // schema: name and key of the groups; the values come behind it. inputNames: what the input
  // columns are, or empty.
  Status open(StateStore& store, StateSchema schema, const std::vector<Type>& input,
              const std::vector<std::string>& inputNames);

  // Counts the rows of a batch. passes[v]: rows (by physical row) that variant v counts, nullptr =
  // all. Afterwards mask(v) tells, by physical row, which of them an aggregate has to see.
  void apply(const Batch& batch, const std::vector<uint32_t>& groupKey,
             const std::vector<const uint8_t*>& passes);
  const uint8_t* mask(size_t variant) const { return masks_[variant].data(); }

 private:
  void countRetracting(const Batch& batch, const std::vector<const uint8_t*>& passes);
  void countInserts(const Rows& rows, const std::vector<const uint8_t*>& passes);
  void eraseUnused();

  std::vector<uint32_t> arguments_;
  bool retracting_;
  std::vector<int> filters_;
  KeyedTable* table_ = nullptr;
  KeyBatch keys_;
  std::vector<std::byte*> values_;
  std::vector<std::byte*> unused_;
  std::vector<std::vector<uint8_t>> masks_;
};

}  // namespace millrace
