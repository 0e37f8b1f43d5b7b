// The keys by which the rows of a plan node can be folded when updates come as +U alone: a later
// row replaces the one with the same key, wherever both travel the same way.
#pragma once

#include <unordered_map>
#include <vector>

#include "sql/plan/logical.h"

namespace millrace {

// Columns, ascending and not empty.
using UpsertKey = std::vector<uint32_t>;

bool holds(const UpsertKey& key, const std::vector<uint32_t>& columns);

class UpsertKeyInference {
 public:
  // Empty when none is known.
  const std::vector<UpsertKey>& of(const LogicalPtr& node);
  // The first one that holds the columns by which rows are distributed: all rows with one key then
  // arrive in their order. Empty = none.
  UpsertKey keyWith(const LogicalPtr& node, const std::vector<uint32_t>& columns);

 private:
  std::vector<UpsertKey> infer(const LogicalPtr& node);
  std::vector<UpsertKey> ofJoin(const LogicalJoin& join);

  std::unordered_map<const LogicalNode*, std::vector<UpsertKey>> done_;
};

}  // namespace millrace
