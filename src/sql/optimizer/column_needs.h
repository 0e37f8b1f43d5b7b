// Which columns (and which nested fields of them) the parents of each plan node use.
#pragma once

#include <set>
#include <unordered_map>
#include <vector>

#include "sql/plan/logical.h"

namespace millrace {

// A path of ROW fields below a column; empty = the whole column.
using FieldPath = std::vector<uint32_t>;
// Per column the paths that are used; none = the column is not used.
using ColumnNeeds = std::vector<std::set<FieldPath>>;

// What a node other than a projection, filter or watermark does with columns.
struct ColumnFlow {
  // Per input: the columns the node itself reads.
  std::vector<std::set<uint32_t>> read;
  // Per output column: the input and column it is passed on from, or {-1, 0}.
  std::vector<std::pair<int, uint32_t>> origin;
};
ColumnFlow columnFlowOf(const LogicalNode& node);

// The needs of every node below the roots; all columns of a root are needed.
std::unordered_map<const LogicalNode*, ColumnNeeds> columnNeeds(
    const std::vector<LogicalPtr>& roots);

// The paths of `needs` without those that lie below another one.
std::vector<FieldPath> outermost(const std::set<FieldPath>& needs);

}  // namespace millrace
