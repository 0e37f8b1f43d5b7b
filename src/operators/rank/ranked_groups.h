// RankedGroups: the sorted rows of a Top-N in state, and those of them that a batch belongs to.
// Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "operators/changelog/sort_keys.h"
#include "operators/rank/rank.h"
#include "state/key_batch.h"
#include "state/keyed_sorted_rows.h"

namespace millrace {

class RankedGroups {
 public:
  // spec must outlive this.
  explicit RankedGroups(const RankSpec& spec) : spec_(spec), sortKeys_(spec.order, spec.input) {}

  // kept: which rows of a group are kept, as the schema of the state tells it.
  Status open(OperatorContext& context, std::string kept);

  // Finds or makes the group of each row, and encodes its sort key.
  void locate(const Batch& batch);
  // Of the k-th row of the batch.
  SortedGroup* group(size_t k) const { return groups_[k]; }
  std::string_view sortKey(size_t k) const { return sortKeys_.key(k); }

  KeyedSortedRows& rows() const { return *rows_; }

 private:
  const RankSpec& spec_;
  SortKeys sortKeys_;
  KeyedSortedRows* rows_ = nullptr;
  KeyBatch keys_;
  std::vector<SortedGroup*> groups_;
};

}  // namespace millrace
